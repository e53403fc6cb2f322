// Command hwcloud-simulator serves the simulated APIs of the cloud on loopback, for tests of
// modules that use the provider hwcloud. It needs no account.
//
// Install it with
//
//	go install github.com/hwcloud/terraform-provider-hwcloud/internal/simulator/cmd/hwcloud-simulator@latest
//
// It has four forms:
//
//	hwcloud-simulator [flags] -- COMMAND [ARGUMENTS]
//	hwcloud-simulator [flags]
//	hwcloud-simulator list [-data DIR] [-connections N]
//	hwcloud-simulator import -data DIR
//
// # Running a command
//
// The first form starts the server, runs the command (terraform test, for example), stops the
// server and exits with the command's exit code; 128+n if signal n ended the command. SIGINT and
// SIGTERM are passed on to the command. The simulator itself prints nothing unless -v is set.
//
// The command's environment makes the provider use the simulator: HW_ENDPOINT_VPCEP, _DLI, _APIG
// and _IAM, HW_METADATA_ENDPOINT, HW_ACCESS_KEY, HW_SECRET_KEY and HW_REGION_NAME, the region of
// the first project in the data folder, otherwise cn-north-4. All other variables that begin with
// HW_ or OS_ are removed, and so are the ID tokens of GitHub Actions and HCP Terraform. The
// simulator's address is added to NO_PROXY. Arguments in a provider block still take precedence
// over the environment.
//
// # Serving
//
// The second form serves until it is interrupted. It prints the base URL, a provider block for it
// and the built-in credentials.
//
// # Data
//
// The list form prints what is served: accounts with their credentials and agencies, projects,
// endpoint services, connections, gateways and channels.
//
// -data adds a folder to the built-in data. The files are described at
// [github.com/hwcloud/terraform-provider-hwcloud/internal/simulator.Data.Load].
//
// # Importing data
//
// The import form reads the output of terraform show -json or tofu show -json, for a plan or a
// state, from standard input. It writes what the data sources of the provider found to the data
// folder:
//
//	terraform show -json | hwcloud-simulator import -data testdata/cloud
//
// It writes projects.json and the files of the connections, gateways and channels. Files that the
// input has no data for stay as they are, and so do projects of earlier imports. Sensitive values
// become placeholders. If the input has only a part of a list, because the lookup had a filter or a
// limit, a warning says so. If several lookups read the same list, the file holds the one that is
// complete, otherwise all that they found.
//
// A project gets the name of its region, or the project_name of the provider block if the input is
// a plan of a single project. Of several projects in a region, the one with the most lookups gets
// the region's name. A warning names each project whose name is a guess; change it in projects.json
// if it is wrong. A state does not contain the provider block, so its projects get no such warning
// for a project_name.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// generatedServiceID is the VPCEP service of the flag -connections.
const generatedServiceID = "50000000-0000-4000-8000-00000000ffff"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	exit, isExit := errors.AsType[exitError](err)
	switch {
	case errors.Is(err, flag.ErrHelp):
	case isExit:
		os.Exit(int(exit))
	case err != nil:
		fmt.Fprintln(os.Stderr, "hwcloud-simulator:", err)
		os.Exit(1)
	}
}

// run runs one form of the command.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	o, err := parseOptions(args, stderr)
	if err != nil {
		return err
	}
	switch o.form {
	case formList:
		return runList(o, stdout)
	case formImport:
		return runImport(o.dataDir, stdin, stdout, stderr)
	}
	server, err := start(o, stderr)
	if err != nil {
		return err
	}
	defer server.Close()
	if o.command != nil {
		return runCommand(server, o.command, stdin, stdout, stderr)
	}
	if err := describe(stdout, server); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

// newServer returns a server with the data that the options name. It does not listen.
func newServer(o options) (*simulator.Server, error) {
	server := simulator.New()
	server.Update(func(d *simulator.Data) {
		d.Latency = o.latency
		if o.connections > 0 {
			d.VPCEP.Services[generatedServiceID] = &simulator.EndpointService{
				Connections: simulator.Connections(o.connections),
			}
		}
	})
	if err := loadData(server, o.dataDir); err != nil {
		return nil, err
	}
	return server, nil
}

// start returns a listening server.
func start(o options, stderr io.Writer) (*simulator.Server, error) {
	server, err := newServer(o)
	if err != nil {
		return nil, err
	}
	for _, fault := range o.faults {
		server.Inject(fault)
	}
	if o.verbose {
		logger := log.New(stderr, "", log.LstdFlags)
		server.OnResponse(func(r simulator.Request) {
			logger.Printf("%s %s %s%s?%s %d %s", r.Method, r.Region, r.Service, r.Path, r.Query.Encode(), r.Status,
				r.End.Sub(r.Start).Round(time.Microsecond))
		})
	}
	if err := server.Listen(o.address); err != nil {
		return nil, err
	}
	if o.urlFile != "" {
		if err := os.WriteFile(o.urlFile, []byte(server.URL+"\n"), 0o600); err != nil {
			server.Close()
			return nil, err
		}
	}
	return server, nil
}

// loadData adds a data folder, if one is named.
func loadData(server *simulator.Server, dir string) error {
	if dir == "" {
		return nil
	}
	info, err := os.Stat(dir)
	if err != nil {
		return fmt.Errorf("-data: %w", err)
	}
	if !info.IsDir() {
		return fmt.Errorf("-data: %s is not a folder", dir)
	}
	server.Update(func(d *simulator.Data) { err = d.Load(os.DirFS(dir)) })
	if err != nil {
		return fmt.Errorf("-data: %w", err)
	}
	return nil
}

// defaultRegion returns the region of the first project.
func defaultRegion(server *simulator.Server) (region string) {
	server.Update(func(d *simulator.Data) { region = d.IAM.Projects[0].Region })
	return region
}

// describe prints how to reach the server.
func describe(w io.Writer, server *simulator.Server) error {
	var endpoints strings.Builder
	for _, service := range simulator.Services {
		fmt.Fprintf(&endpoints, "    %-5s = %q\n", service, server.Endpoint(service))
	}
	_, err := fmt.Fprintf(w, `Listening on %[1]s

provider "hwcloud" {
  region     = %[2]q
  access_key = %[3]q
  secret_key = %[4]q

  endpoints = {
%[5]s  }
}

Metadata service: HW_METADATA_ENDPOINT=%[6]s
GitHub Actions: ACTIONS_ID_TOKEN_REQUEST_URL=%[7]s ACTIONS_ID_TOKEN_REQUEST_TOKEN=%[8]s
Identity provider: %[9]s, ID token %[10]s
Token: %[11]s
User: %[12]s, password %[13]s, domain %[14]s
Agency: %[15]s, domain %[16]s
`,
		server.URL, defaultRegion(server), simulator.AccessKey, simulator.SecretKey,
		endpoints.String(), server.MetadataURL(), server.GitHubURL(), simulator.GitHubRequestToken,
		simulator.IdentityProviderID, simulator.IDToken, simulator.Token,
		simulator.UserName, simulator.Password, simulator.DomainName, simulator.AgencyName, simulator.AgencyDomainName)
	return err
}
