provider "hwcloud" {
  profile = "lookups"
}
