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
//	hwcloud-simulator list [-data DIR]
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
// The second form serves until it is interrupted. It prints the base URL and a provider block for
// it.
//
// # Data
//
// The list form prints what is served: projects, endpoint services, connections, gateways and
// channels.
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
// input has no data for stay as they are, and so do projects of earlier imports. Of several
// projects in a region, the one with the most lookups gets the region's name; change the names in
// projects.json if that is wrong. Sensitive values become placeholders. If the input has only a
// part of a list, because the lookup had a filter or a limit, a warning says so. If several lookups
// read the same list, the file holds the one that is complete, otherwise all that they found.
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
	"slices"
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
	if len(args) > 0 {
		switch args[0] {
		case "list":
			return runList(args[1:], stdout, stderr)
		case "import":
			return runImport(args[1:], stdin, stdout, stderr)
		}
	}
	var command []string
	if i := slices.Index(args, "--"); i >= 0 {
		args, command = args[:i], args[i+1:]
		if len(command) == 0 {
			return errors.New("no command after --")
		}
	}
	o, err := parseFlags(args, stderr)
	if err != nil {
		return err
	}
	server, err := start(o, stderr)
	if err != nil {
		return err
	}
	defer server.Close()
	if command != nil {
		return runCommand(server, command, stdin, stdout, stderr)
	}
	if err := describe(stdout, server); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

// options are the flags of the server.
type options struct {
	address     string
	dataDir     string
	urlFile     string
	faults      faultFlag
	connections int
	latency     time.Duration
	verbose     bool
}

func parseFlags(args []string, stderr io.Writer) (options, error) {
	var o options
	flags := flag.NewFlagSet("hwcloud-simulator", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		_, _ = fmt.Fprint(stderr, `Usage:
  hwcloud-simulator [flags] -- COMMAND [ARGUMENTS]   run a command against the simulated cloud
  hwcloud-simulator [flags]                          serve until interrupted
  hwcloud-simulator list [-data DIR]                 print names and IDs of what is served
  hwcloud-simulator import -data DIR                 write data files from terraform show -json on stdin

Flags:
`)
		flags.PrintDefaults()
	}
	flags.StringVar(&o.address, "address", "127.0.0.1:0", "loopback `address` to listen on; port 0 chooses a free one")
	addDataFlag(flags, &o.dataDir)
	flags.StringVar(&o.urlFile, "url-file", "", "`file` to write the base URL to when the server listens")
	flags.Var(&o.faults, "fault", "fault to inject, as `service:what[:times]`, repeatable; service is\n"+
		strings.Join(simulator.Services, ", ")+", metadata, github or *, what is a status, html, empty, cut, stall,\n"+
		"stall-body, reset, delay=DURATION or throttle=SECONDS, times is the number of affected requests,\nwithout it all")
	flags.IntVar(&o.connections, "connections", 0, "`number` of generated connections of one more VPCEP service, "+generatedServiceID)
	flags.DurationVar(&o.latency, "latency", 0, "`duration` to wait before each response")
	flags.BoolVar(&o.verbose, "v", false, "log each request")
	if err := flags.Parse(args); err != nil {
		return options{}, err
	}
	if flags.NArg() > 0 {
		return options{}, fmt.Errorf("unexpected argument %q; a command to run follows --", flags.Arg(0))
	}
	if o.connections < 0 || o.latency < 0 {
		return options{}, errors.New("-connections and -latency must not be negative")
	}
	return o, nil
}

func addDataFlag(flags *flag.FlagSet, dir *string) {
	flags.StringVar(dir, "data", "", "`folder` of data files: projects.json, vpcep/{service_id}.json, dli/{project_id}.json,\n"+
		"dli/{project_id}.tags.json, apig/{instance_id}.json and apig/{instance_id}/{channel_id}.json,\n"+
		"those of vpcep and apig also in a folder with their project's ID")
}

// start returns a listening server.
func start(o options, stderr io.Writer) (*simulator.Server, error) {
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
Token: %[7]s
User: %[8]s, password %[9]s, domain %[10]s
`,
		server.URL, defaultRegion(server), simulator.AccessKey, simulator.SecretKey,
		endpoints.String(), server.MetadataURL(), simulator.Token, simulator.UserName, simulator.Password, simulator.DomainName)
	return err
}
