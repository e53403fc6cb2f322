package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// describe returns how to reach the server, and what it serves.
func describe(server *simulator.Server) string {
	var b strings.Builder
	fmt.Fprintf(&b, `Listening on %[1]s

provider "hwcloud" {
  region     = %[2]q
  access_key = %[3]q
  secret_key = %[4]q

  endpoints = {
`, server.URL, defaultRegion(server), simulator.AccessKey, simulator.SecretKey)
	for _, service := range simulator.Services {
		fmt.Fprintf(&b, "    %-5s = %q\n", service, server.Endpoint(service))
	}
	fmt.Fprintf(&b, `  }
}

Metadata service: HW_METADATA_ENDPOINT=%s
GitHub Actions: ACTIONS_ID_TOKEN_REQUEST_URL=%s ACTIONS_ID_TOKEN_REQUEST_TOKEN=%s
Identity provider: %s, ID token %s
Token: %s
User: %s, password %s, domain %s
Agency: %s, domain %s
`,
		server.MetadataURL(), server.GitHubURL(), simulator.GitHubRequestToken,
		simulator.IdentityProviderID, simulator.IDToken, simulator.Token,
		simulator.UserName, simulator.Password, simulator.DomainName, simulator.AgencyName, simulator.AgencyDomainName)
	server.Update(func(d *simulator.Data) {
		listed(&b, "", len(d.IAM.Projects), func(i int) { listProject(&b, d, d.IAM.Projects[i]) })
	})
	return b.String()
}

// listProject lists what is served in a project.
func listProject(b *strings.Builder, d *simulator.Data, project simulator.Project) {
	fmt.Fprintf(b, "\nRegion %s, project %s (%s)", project.Region, project.Name, project.ID)
	for _, domain := range d.IAM.Domains {
		if domain.ID == project.DomainID && domain.ID != simulator.DomainID {
			fmt.Fprintf(b, ", domain %s", domain.Name)
		}
	}
	b.WriteString("\n")

	services := slices.Sorted(maps.Keys(d.VPCEP.Services))
	services = slices.DeleteFunc(services, func(id string) bool { return d.VPCEP.Services[id].ProjectID != project.ID })
	listed(b, "  ", len(services), func(i int) {
		service := d.VPCEP.Services[services[i]]
		fmt.Fprintf(b, "endpoint service %s (%s), connections: %d\n", service.Details.Text("service_name"), services[i], len(service.Connections))
	})
	listEntries(b, "  ", "enhanced connection", d.DLI.Projects[project.ID])
	gateways := slices.Sorted(maps.Keys(d.APIG.Instances))
	gateways = slices.DeleteFunc(gateways, func(id string) bool { return d.APIG.Instances[id].ProjectID != project.ID })
	listed(b, "  ", len(gateways), func(i int) {
		gateway := d.APIG.Instances[gateways[i]]
		fmt.Fprintf(b, "gateway %s (%s)\n", gateway.Details.Text("instance_name"), gateways[i])
		listEntries(b, "    ", "channel", gateway.Channels)
	})
}

func listEntries(b *strings.Builder, indent, kind string, entries []simulator.Entry) {
	listed(b, indent, len(entries), func(i int) { fmt.Fprintf(b, "%s %s (%s)\n", kind, entries[i].Text("name"), entries[i].Text("id")) })
}

// listed writes the first entries of a list, and the number of the others.
func listed(b *strings.Builder, indent string, n int, write func(i int)) {
	const limit = 20
	for i := range min(n, limit) {
		b.WriteString(indent)
		write(i)
	}
	if n > limit {
		fmt.Fprintf(b, "%s… and %d more\n", indent, n-limit)
	}
}
