terraform {
  required_providers {
    huaweicloud = { source = "huaweicloud/huaweicloud" }
  }
}

variable "project_id" {
  type = string
}

variable "jwks" {
  type = string # public keys of the CI system
}

resource "huaweicloud_identity_provider" "github" {
  name     = "github"
  protocol = "oidc"

  access_config {
    access_type  = "program"
    provider_url = "https://token.actions.githubusercontent.com"
    client_id    = "huaweicloud"
    signing_key  = var.jwks
  }
}

resource "huaweicloud_identity_provider_conversion" "github" {
  provider_id = huaweicloud_identity_provider.github.id

  conversion_rules {
    local {
      username = "terraform-plan" # IAM allows neither ":" nor "/" in it.
      group    = huaweicloud_identity_group.lookups.name
    }
    remote {
      attribute = "sub"
      condition = "any_one_of"
      value = [
        "repo:example@1001/infra@2002:ref:refs/heads/main",
        "repo:example@1001/infra@2002:pull_request",
      ]
    }
  }
}

resource "huaweicloud_identity_group" "lookups" {
  name = "terraform-lookups"
}

resource "huaweicloud_identity_role" "lookups" {
  name = "terraform-lookups"
  type = "XA" # for projects

  policy = jsonencode({
    Version = "1.1"
    Statement = [{
      Effect = "Allow"
      Action = [
        "vpcep:connections:list",
        "vpcep:endpointServices:list",
        "apig:instance:get",
        "apig:instances:list",
        "apig:vpcChannels:get",
        "apig:vpcChannels:list",
      ]
    }]
  })
}

data "huaweicloud_identity_role" "dli" {
  display_name = "DLI ReadOnlyAccess"
}

resource "huaweicloud_identity_group_role_assignment" "lookups" {
  for_each = {
    lookups = huaweicloud_identity_role.lookups.id
    dli     = data.huaweicloud_identity_role.dli.id
  }

  group_id   = huaweicloud_identity_group.lookups.id
  role_id    = each.value
  project_id = var.project_id
}
