provider_installation {
  filesystem_mirror {
    path    = "/home/me/.terraform.d/plugins"
    include = ["hwcloud/hwcloud"]
  }
  direct {
    exclude = ["hwcloud/hwcloud"]
  }
}
