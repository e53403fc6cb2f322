package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// describe prints how to reach the server, and what it serves.
func describe(w io.Writer, server *simulator.Server) {
	var b strings.Builder
	fmt.Fprintf(&b, "Listening on %s\n\nprovider \"hwcloud\" {\n  region     = %q\n  access_key = %q\n  secret_key = %q\n\n  endpoints = {\n",
		server.URL, defaultRegion(server), simulator.AccessKey, simulator.SecretKey)
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
		fmt.Fprintf(&b, "\nProjects: %d\n", len(d.IAM.Projects))
		for _, project := range first(d.IAM.Projects) {
			describeProject(&b, d, project)
		}
	})
	_, _ = io.WriteString(w, b.String())
}

// describeProject prints what is served in a project.
func describeProject(b *strings.Builder, d *simulator.Data, project simulator.Project) {
	services := slices.DeleteFunc(slices.Sorted(maps.Keys(d.VPCEP.Services)), func(id string) bool {
		return d.VPCEP.Services[id].ProjectID != project.ID
	})
	gateways := slices.DeleteFunc(slices.Sorted(maps.Keys(d.APIG.Instances)), func(id string) bool {
		return d.APIG.Instances[id].ProjectID != project.ID
	})
	connections := d.DLI.Projects[project.ID]
	fmt.Fprintf(b, "region %s, project %s (%s), endpoint services: %d, enhanced connections: %d, gateways: %d\n",
		project.Region, project.Name, project.ID, len(services), len(connections), len(gateways))
	for _, id := range first(services) {
		service := d.VPCEP.Services[id]
		fmt.Fprintf(b, "  endpoint service %s (%s), connections: %d\n", service.Details.Text("service_name"), id, len(service.Connections))
	}
	for _, connection := range first(connections) {
		fmt.Fprintf(b, "  enhanced connection %s (%s)\n", connection.Text("name"), connection.Text("id"))
	}
	for _, id := range first(gateways) {
		gateway := d.APIG.Instances[id]
		fmt.Fprintf(b, "  gateway %s (%s), channels: %d\n", gateway.Details.Text("instance_name"), id, len(gateway.Channels))
		for _, channel := range first(gateway.Channels) {
			fmt.Fprintf(b, "    channel %s (%s)\n", channel.Text("name"), channel.Text("id"))
		}
	}
}

// first returns as much of a list as is printed.
func first[E any](list []E) []E {
	return list[:min(len(list), 20)]
}
