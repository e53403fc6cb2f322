variable "service_name" {
  description = "Name of the VPC endpoint service."
  type        = string
}

variable "trusted_accounts" {
  description = "IDs of the accounts whose connections are accepted."
  type        = set(string)

  validation {
    condition     = length(var.trusted_accounts) > 0
    error_message = "At least one trusted account is required: without one, no connection is ever accepted."
  }
}
