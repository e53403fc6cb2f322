provider "hwcloud" {
  region = "cn-north-4"

  assume_role_with_oidc {
    idp_id        = "cluster"
    id_token_file = "/var/run/secrets/hwcloud/token"
  }
}
