ephemeral "hwcloud_apig_vpc_channel" "nacos" {
  instance_name = "full-gateway"
  name          = "full_nacos"
}

# In place of a program that signs in to Nacos. Neither the plan nor the state holds the password.
resource "terraform_data" "registration" {
  provisioner "local-exec" {
    command = "test -n \"$NACOS_PASSWORD\""

    environment = {
      NACOS_PASSWORD = ephemeral.hwcloud_apig_vpc_channel.nacos.microservice_info.nacos_info.user_info.password
    }
  }
}
