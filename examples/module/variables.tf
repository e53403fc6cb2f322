variable "service_id" {
  description = "ID of the VPC endpoint service."
  type        = string
}

variable "trusted_accounts" {
  description = "IDs of the accounts whose connections are accepted."
  type        = set(string)

  validation {
    condition     = length(var.trusted_accounts) > 0
    error_message = "Without a trusted account no connection would ever be accepted."
  }
}
