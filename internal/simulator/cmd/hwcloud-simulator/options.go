package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// The forms of the command that have a name.
const (
	formList   = "list"
	formImport = "import"
)

// formFlags are the flags of each form that has a name. The others take all flags.
var formFlags = map[string][]string{
	formList:   {"data", "connections"},
	formImport: {"data"},
}

// options are the arguments of the command.
type options struct {
	form string
	// command is what follows --, nil without it.
	command []string

	address     string
	dataDir     string
	urlFile     string
	faults      faultFlag
	connections int
	latency     time.Duration
	verbose     bool
}

const usage = `Usage:
  hwcloud-simulator [flags] -- COMMAND [ARGUMENTS]     run a command against the simulated cloud
  hwcloud-simulator [flags]                            serve until interrupted
  hwcloud-simulator list [-data DIR] [-connections N]  print names and IDs of what is served
  hwcloud-simulator import -data DIR                   write data files from terraform show -json on stdin

Flags:
`

// parseOptions parses the arguments. If they ask for help, it prints the usage and returns
// [flag.ErrHelp].
func parseOptions(args []string, stderr io.Writer) (options, error) {
	var o options
	if i := slices.Index(args, "--"); i >= 0 {
		args, o.command = args[:i], args[i+1:]
		if len(o.command) == 0 {
			return options{}, errors.New("no command after --")
		}
	}
	flags := o.flags()
	err := flags.Parse(args)
	if err == nil && formFlags[flags.Arg(0)] != nil {
		o.form = flags.Arg(0)
		err = flags.Parse(flags.Args()[1:])
	}
	switch {
	case errors.Is(err, flag.ErrHelp):
		_, _ = io.WriteString(stderr, usage)
		flags.SetOutput(stderr)
		flags.PrintDefaults()
		return options{}, err
	case err != nil:
		return options{}, fmt.Errorf("%w; hwcloud-simulator -h describes the flags", err)
	case flags.NArg() > 0 && o.form == "":
		return options{}, fmt.Errorf("unexpected argument %q; a command to run follows --", flags.Arg(0))
	case flags.NArg() > 0:
		return options{}, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	return o, o.check(flags)
}

// flags returns the flags, which set the options.
func (o *options) flags() *flag.FlagSet {
	flags := flag.NewFlagSet("hwcloud-simulator", flag.ContinueOnError)
	// The package flag would print the usage after each error.
	flags.SetOutput(io.Discard)
	flags.StringVar(&o.address, "address", "127.0.0.1:0", "loopback `address` to listen on; port 0 chooses a free one")
	flags.StringVar(&o.dataDir, "data", "", "`folder` of data files: projects.json, vpcep/{service_id}.json, dli/{project_id}.json,\n"+
		"dli/{project_id}.tags.json, apig/{instance_id}.json, apig/{instance_id}.order.json and\n"+
		"apig/{instance_id}/{channel_id}.json, those of vpcep and apig also in a folder with their\nproject's ID")
	flags.StringVar(&o.urlFile, "url-file", "", "`file` to write the base URL to when the server listens")
	flags.Var(&o.faults, "fault", "fault to inject, as `service:what[:times]`, repeatable; service is\n"+
		strings.Join(simulator.Services, ", ")+", metadata, github or *, what is a status, html, empty, cut, stall,\n"+
		"stall-body, reset, delay=DURATION or throttle=SECONDS, times is the number of affected requests,\nwithout it all")
	flags.IntVar(&o.connections, "connections", 0, "`number` of generated connections of one more VPCEP service, "+generatedServiceID)
	flags.DurationVar(&o.latency, "latency", 0, "`duration` to wait before each response")
	flags.BoolVar(&o.verbose, "v", false, "log each request")
	return flags
}

// check reports options that are out of range or do not go with the form.
func (o *options) check(flags *flag.FlagSet) error {
	if o.connections < 0 || o.latency < 0 {
		return errors.New("-connections and -latency must not be negative")
	}
	if o.form == "" {
		return nil
	}
	if o.command != nil {
		return fmt.Errorf("%s runs no command", o.form)
	}
	var err error
	flags.Visit(func(f *flag.Flag) {
		if !slices.Contains(formFlags[o.form], f.Name) {
			err = fmt.Errorf("%s has no flag -%s", o.form, f.Name)
		}
	})
	if err == nil && o.form == formImport && o.dataDir == "" {
		err = errors.New("import needs -data, the folder to write to")
	}
	return err
}
