package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// runList prints what is served.
func runList(o options, stdout io.Writer) error {
	server, err := newServer(o)
	if err != nil {
		return err
	}
	var lines strings.Builder
	server.Update(func(d *simulator.Data) {
		for _, domain := range d.IAM.Domains {
			fmt.Fprintf(&lines, "account %s\t%s\t\n", domain.Name, domain.ID)
			listCredentials(&lines, d, domain)
			for _, project := range d.IAM.Projects {
				if project.DomainID != domain.ID {
					continue
				}
				fmt.Fprintf(&lines, "  region %s, project %s\t%s\t\n", project.Region, project.Name, project.ID)
				listServices(&lines, d, project)
				listConnections(&lines, d, project)
				listInstances(&lines, d, project)
			}
		}
	})
	w := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	if _, err := io.WriteString(w, lines.String()); err != nil {
		return err
	}
	return w.Flush()
}

// listCredentials lists how to sign in to an account.
func listCredentials(lines *strings.Builder, d *simulator.Data, domain simulator.Domain) {
	for _, key := range d.IAM.Keys {
		if key.DomainID == domain.ID {
			fmt.Fprintf(lines, "  access key\t%s\tsecret key %s\n", key.Access, key.Secret)
		}
	}
	for _, user := range d.IAM.Users {
		if user.DomainID == domain.ID {
			fmt.Fprintf(lines, "  user\t%s\t%s, password %s\n", user.ID, user.Name, user.Password)
		}
	}
	for _, token := range d.IAM.Tokens {
		if token.DomainID == domain.ID {
			fmt.Fprintf(lines, "  token\t%s\tof project %s\n", token.Value, token.ProjectID)
		}
	}
	for _, provider := range d.IAM.IdentityProviders {
		if provider.DomainID != domain.ID {
			continue
		}
		for _, token := range provider.IDTokens {
			fmt.Fprintf(lines, "  identity provider\t%s\tID token %s\n", provider.ID, token.Value)
		}
	}
	for _, agency := range d.IAM.Agencies {
		if agency.DomainID == domain.ID {
			fmt.Fprintf(lines, "  agency\t%s\tfor account %s\n", agency.Name, domainName(d, agency.TrustedDomainID))
		}
	}
}

// domainName returns the name of the account with this ID.
func domainName(d *simulator.Data, id string) string {
	i := slices.IndexFunc(d.IAM.Domains, func(domain simulator.Domain) bool { return domain.ID == id })
	if i < 0 {
		return id
	}
	return d.IAM.Domains[i].Name
}

func listServices(lines *strings.Builder, d *simulator.Data, project simulator.Project) {
	for _, id := range slices.Sorted(maps.Keys(d.VPCEP.Services)) {
		service := d.VPCEP.Services[id]
		if cmp.Or(service.ProjectID, simulator.ProjectID) == project.ID {
			name := cmp.Or(service.Details.Text("service_name"), project.Region+"."+id)
			fmt.Fprintf(lines, "    endpoint service\t%s\t%s, connections: %d\n", id, name, len(service.Connections))
		}
	}
}

func listConnections(lines *strings.Builder, d *simulator.Data, project simulator.Project) {
	for _, connection := range d.DLI.Projects[project.ID] {
		fmt.Fprintf(lines, "    enhanced connection\t%s\t%s\n", connection.Text("id"), connection.Text("name"))
	}
}

func listInstances(lines *strings.Builder, d *simulator.Data, project simulator.Project) {
	for _, id := range slices.Sorted(maps.Keys(d.APIG.Instances)) {
		instance := d.APIG.Instances[id]
		if cmp.Or(instance.ProjectID, simulator.ProjectID) != project.ID {
			continue
		}
		fmt.Fprintf(lines, "    gateway\t%s\t%s\n", id, instance.Details.Text("instance_name"))
		for _, channel := range instance.Channels {
			fmt.Fprintf(lines, "      channel\t%s\t%s\n", channel.ID, channel.Text("name"))
		}
	}
}
