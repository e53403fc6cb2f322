gh api repos/example/infra --jq '.owner.id, .id'
