// Command hwcloud-simulator serves the simulated APIs of the cloud on loopback, for tests of
// modules that use the provider hwcloud. It needs no account.
//
// Install it with
//
//	go install github.com/hwcloud/terraform-provider-hwcloud/internal/simulator/cmd/hwcloud-simulator@latest
//
// It has three forms:
//
//	hwcloud-simulator [flags] -- COMMAND [ARGUMENTS]
//	hwcloud-simulator [flags]
//	hwcloud-simulator import
//
// # Running a command
//
// The first form starts the server, runs the command (terraform test, for example), stops the
// server and exits with the command's exit code; 128+n if signal n ended the command. SIGTERM is
// passed on to the command, an interrupt reaches it from the terminal. The simulator itself prints
// only warnings, and with -v what it serves and each request, to standard error.
//
// The command's environment makes the provider use the simulator: HW_ENDPOINT_VPCEP, _DLI, _APIG
// and _IAM, HW_METADATA_ENDPOINT, HW_ACCESS_KEY, HW_SECRET_KEY and HW_REGION_NAME, the region of
// the first project. All other variables that begin with HW_ or OS_ are removed, and so are the ID
// tokens of GitHub Actions and HCP Terraform. Arguments in a provider block still take precedence
// over the environment.
//
// # Serving
//
// The second form serves until it is interrupted. It prints the base URL, a provider block for it,
// the credentials, and what it serves: regions, projects, endpoint services, gateways and channels.
//
// # Data
//
// -data names a JSON file that is served instead of the built-in data. Its form is described at
// [github.com/hwcloud/terraform-provider-hwcloud/internal/simulator.Data.Load]. A status that the
// API does not have is a warning.
//
// # Importing data
//
// The import form reads the output of terraform show -json or tofu show -json, for a plan or a
// state, from standard input, and writes a data file with what the data sources of the provider
// have found:
//
//	terraform show -json | hwcloud-simulator import > testdata/cloud.json
//
// Sensitive values become placeholders. Warnings name the lookups that are left out, because they
// have not been read or are of a newer provider, and those that may have found only a part of a
// list, because they have a filter or a limit. If several lookups read the same list, the file has
// all that they have found.
//
// The input does not have the names of projects. The first project of a region gets the name of the
// region, others get the region's name with their ID, and a warning. Change the name in the file if
// the provider block sets project_name.
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

const usage = `Usage:
  hwcloud-simulator [flags] -- COMMAND [ARGUMENTS]     run a command against the simulated cloud
  hwcloud-simulator [flags]                            serve until interrupted
  hwcloud-simulator import                             write a data file from terraform show -json on stdin

Flags:
`

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
	if slices.Equal(args, []string{"import"}) {
		return runImport(stdin, stdout, stderr)
	}
	var command []string
	i := slices.Index(args, "--")
	if i >= 0 {
		args, command = args[:i], args[i+1:]
	}
	flags := flag.NewFlagSet("hwcloud-simulator", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // The package flag would print the usage after each error.
	address := flags.String("address", "127.0.0.1:0", "loopback `address` to listen on; port 0 chooses a free one")
	data := flags.String("data", "", "JSON `file` to serve instead of the built-in data; import writes one")
	connections := flags.Uint("connections", 0, "`number` of generated connections of one more VPCEP service, "+generatedServiceID)
	var latency time.Duration
	flags.Func("latency", "`duration` to wait before each response, such as 20ms", func(text string) (err error) {
		latency, err = time.ParseDuration(text) // Its error says that a unit is missing, that of flags.Duration does not.
		return err
	})
	verbose := flags.Bool("v", false, "log each request")
	err := flags.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		_, _ = io.WriteString(stderr, usage)
		flags.SetOutput(stderr)
		flags.PrintDefaults()
		return err
	case err != nil && strings.HasPrefix(err.Error(), "invalid "):
		return fmt.Errorf("%w; for example, -connections 1000 -latency 20ms -v", err)
	case err != nil:
		return fmt.Errorf("%w; hwcloud-simulator -h describes the flags", err)
	case flags.Arg(0) == "import":
		return errors.New("import takes no arguments, but reads standard input: terraform show -json | hwcloud-simulator import > cloud.json, " +
			"or hwcloud-simulator import < FILE > cloud.json")
	case flags.NArg() > 0:
		return fmt.Errorf("unexpected argument %q; a command to run follows --", flags.Arg(0))
	case i >= 0 && len(command) == 0:
		return errors.New("no command after --")
	}

	server := simulator.New()
	if *data != "" {
		if err := load(server, *data, stderr); err != nil {
			return err
		}
	}
	server.Update(func(d *simulator.Data) {
		d.Latency = latency
		if *connections > 0 {
			project := d.IAM.Projects[0]
			d.VPCEP.Services[generatedServiceID] = &simulator.EndpointService{
				ProjectID:   project.ID,
				Details:     simulator.Entry{"service_name": project.Region + "." + generatedServiceID, "status": "available"},
				Connections: simulator.Connections(int(*connections)),
			}
		}
	})
	if *verbose {
		logger := log.New(stderr, "", log.LstdFlags)
		server.OnResponse = func(r simulator.Request) {
			logger.Printf("%s %s %s%s?%s %d %s", r.Method, r.Region, r.Service, r.Path, r.Query.Encode(), r.Status,
				r.End.Sub(r.Start).Round(time.Microsecond))
		}
	}
	if err := server.Listen(*address); err != nil {
		return fmt.Errorf("-address: %w; set it to 127.0.0.1:PORT with a free port, or leave it out", err)
	}
	defer server.Close()
	if command != nil {
		if *verbose {
			describe(stderr, server)
		}
		return runCommand(ctx, server, command, stdin, stdout, stderr)
	}
	describe(stdout, server)
	<-ctx.Done()
	return nil
}

// load replaces the built-in data by a file.
func load(server *simulator.Server, file string, stderr io.Writer) error {
	content, err := os.ReadFile(file) //nolint:gosec // The user names the file.
	if err != nil {
		return fmt.Errorf("-data: %w", err)
	}
	var warnings []string
	server.Update(func(d *simulator.Data) { warnings, err = d.Load(content) })
	for _, warning := range warnings {
		_, _ = fmt.Fprintf(stderr, "Warning: %s: %s\n", file, warning)
	}
	if err != nil {
		return fmt.Errorf("-data: %s: %w", file, err)
	}
	return nil
}

// defaultRegion returns the region of the first project.
func defaultRegion(server *simulator.Server) (region string) {
	server.Update(func(d *simulator.Data) { region = d.IAM.Projects[0].Region })
	return region
}
