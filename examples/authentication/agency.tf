provider "hwcloud" {
  region = "cn-north-4"

  assume_role {
    agency_name = "lookups"
    domain_name = "example-account"
  }
}
