export TF_VAR_jwks="$(curl -sSf https://token.actions.githubusercontent.com/.well-known/jwks)"
export TF_VAR_project_id=...
terraform init
terraform apply
