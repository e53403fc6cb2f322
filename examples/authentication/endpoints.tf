provider "hwcloud" {
  region = "region-1"

  endpoints = {
    vpcep = "https://vpcep.{region}.example.com"
    dli   = "https://dli.{region}.example.com"
    apig  = "https://gateway.example.com/{region}/apig"
    iam   = "https://iam.{region}.example.com"
  }
}
