provider "hwcloud" {
  region       = "cn-north-4"
  project_name = "cn-north-4_lab" # or project_id
}
