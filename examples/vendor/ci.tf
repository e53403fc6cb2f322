provider "huaweicloud" {
  assume_role_with_oidc {
    idp_id      = "github"
    agency_name = "terraform"
    domain_name = "example-account"
  }
}
