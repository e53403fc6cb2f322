// Command hwcloud-simulator serves the simulated APIs on loopback until it is interrupted. It prints the base URL and a
// provider block that signs in to it.
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
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	switch {
	case errors.Is(err, flag.ErrHelp):
	case err != nil:
		fmt.Fprintln(os.Stderr, "hwcloud-simulator:", err)
		os.Exit(1)
	}
}

// options are the command's flags.
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
	flags.StringVar(&o.address, "address", "127.0.0.1:0", "loopback `address` to listen on; port 0 takes a free one")
	flags.StringVar(&o.dataDir, "data", "", "`folder` of data files to serve in addition to the built-in ones: vpcep/{service_id}.json,\n"+
		"dli/{project_id}.json, dli/{project_id}.tags.json and apig/{instance_id}/{channel_id}.json,\n"+
		"those of vpcep and apig also below a folder named by their project")
	flags.StringVar(&o.urlFile, "url-file", "", "`file` to write the base URL to once the server listens")
	flags.Var(&o.faults, "fault", "fault to inject, as `service:what[:times]`, repeatable; service is\n"+
		strings.Join(simulator.Services, ", ")+", metadata or *, what is a status, html, empty, cut, stall, stall-body, reset, delay=DURATION\n"+
		"or throttle=SECONDS, times is the number of affected requests, all without it")
	flags.IntVar(&o.connections, "connections", 0, "`number` of generated connections of one more VPCEP service, "+generatedServiceID)
	flags.DurationVar(&o.latency, "latency", 0, "`duration` to wait before each response")
	flags.BoolVar(&o.verbose, "v", false, "log each request")
	if err := flags.Parse(args); err != nil {
		return options{}, err
	}
	if flags.NArg() > 0 {
		return options{}, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	if o.connections < 0 || o.latency < 0 {
		return options{}, errors.New("-connections and -latency must not be negative")
	}
	return o, nil
}

// run serves until ctx is done.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o, err := parseFlags(args, stderr)
	if err != nil {
		return err
	}
	server := simulator.New()
	if err := configure(server, o); err != nil {
		return err
	}
	if o.verbose {
		logger := log.New(stderr, "", log.LstdFlags)
		server.OnResponse(func(r simulator.Request) {
			logger.Printf("%s %s %s%s?%s %d %s", r.Method, r.Region, r.Service, r.Path, r.Query.Encode(), r.Status,
				r.End.Sub(r.Start).Round(time.Microsecond))
		})
	}
	if err := server.Listen(o.address); err != nil {
		return err
	}
	defer server.Close()
	if o.urlFile != "" {
		if err := os.WriteFile(o.urlFile, []byte(server.URL+"\n"), 0o600); err != nil {
			return err
		}
	}
	if err := describe(stdout, server); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

func configure(server *simulator.Server, o options) error {
	var err error
	server.Update(func(d *simulator.Data) {
		d.Latency = o.latency
		if o.connections > 0 {
			d.VPCEP.Services[generatedServiceID] = &simulator.EndpointService{
				Connections: simulator.Connections(o.connections),
			}
		}
		if o.dataDir != "" {
			err = d.Load(os.DirFS(o.dataDir))
		}
	})
	for _, fault := range o.faults {
		server.Inject(fault)
	}
	return err
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
		server.URL, simulator.Region, simulator.AccessKey, simulator.SecretKey,
		endpoints.String(), server.MetadataURL(), simulator.Token, simulator.UserName, simulator.Password, simulator.DomainName)
	return err
}
