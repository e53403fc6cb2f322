# One lookup of each kind against the simulator, or none.
terraform {
  required_providers {
    hwcloud = {
      source = "registry.terraform.io/hwcloud/hwcloud"
    }
  }
}

variable "url" {
  type        = string
  description = "Base URL of the simulator."
}

variable "service_id" {
  type        = string
  description = "ID of the VPC endpoint service to read."
}

variable "lookups" {
  type        = number
  description = "Number of lookups of each kind: 0 or 1."
}

provider "hwcloud" {
  region     = "cn-north-4"
  access_key = "SIMULATEDACCESSKEY01"
  secret_key = "simulated-secret-key-0000000000000000001"

  endpoints = {
    vpcep = "${var.url}/{region}/vpcep"
    dli   = "${var.url}/{region}/dli"
    apig  = "${var.url}/{region}/apig"
    iam   = "${var.url}/{region}/iam"
  }
}

data "hwcloud_vpcep_service_connections" "bench" {
  count      = var.lookups
  service_id = var.service_id
}

data "hwcloud_dli_enhanced_connections" "bench" {
  count = var.lookups
}

data "hwcloud_apig_vpc_channel" "bench" {
  count          = var.lookups
  instance_id    = "eddc4d25480b4cd6b512f270a1b8b341"
  vpc_channel_id = "56a7d7358e1b42459c9d730d65b14e59"
}
