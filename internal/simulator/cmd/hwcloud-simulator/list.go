package main

import (
	"cmp"
	"flag"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// runList prints what is served.
func runList(args []string, stdout, stderr io.Writer) error {
	var dir string
	flags := flag.NewFlagSet("hwcloud-simulator list", flag.ContinueOnError)
	flags.SetOutput(stderr)
	addDataFlag(flags, &dir)
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	server := simulator.New()
	if err := loadData(server, dir); err != nil {
		return err
	}
	var lines strings.Builder
	server.Update(func(d *simulator.Data) {
		for _, project := range d.IAM.Projects {
			fmt.Fprintf(&lines, "region %s, project %s\t%s\t\n", project.Region, project.Name, project.ID)
			listServices(&lines, d, project)
			listConnections(&lines, d, project)
			listInstances(&lines, d, project)
		}
	})
	w := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	if _, err := io.WriteString(w, lines.String()); err != nil {
		return err
	}
	return w.Flush()
}

func listServices(lines *strings.Builder, d *simulator.Data, project simulator.Project) {
	for _, id := range slices.Sorted(maps.Keys(d.VPCEP.Services)) {
		service := d.VPCEP.Services[id]
		if cmp.Or(service.ProjectID, simulator.ProjectID) == project.ID {
			name := cmp.Or(service.Details.Text("service_name"), project.Region+"."+id)
			fmt.Fprintf(lines, "  endpoint service\t%s\t%s, connections: %d\n", id, name, len(service.Connections))
		}
	}
}

func listConnections(lines *strings.Builder, d *simulator.Data, project simulator.Project) {
	for _, connection := range d.DLI.Projects[project.ID] {
		fmt.Fprintf(lines, "  enhanced connection\t%s\t%s\n", connection.Text("id"), connection.Text("name"))
	}
}

func listInstances(lines *strings.Builder, d *simulator.Data, project simulator.Project) {
	for _, id := range slices.Sorted(maps.Keys(d.APIG.Instances)) {
		instance := d.APIG.Instances[id]
		if cmp.Or(instance.ProjectID, simulator.ProjectID) != project.ID {
			continue
		}
		fmt.Fprintf(lines, "  gateway\t%s\t%s\n", id, instance.Details.Text("instance_name"))
		for _, channel := range instance.Channels {
			fmt.Fprintf(lines, "    channel\t%s\t%s\n", channel.ID, channel.Text("name"))
		}
	}
}
