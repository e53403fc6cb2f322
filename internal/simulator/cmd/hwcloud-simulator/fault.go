package main

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// faultFlag collects the values of -fault.
type faultFlag []simulator.Fault

// String is part of flag.Value.
func (f *faultFlag) String() string {
	return ""
}

// Set adds a fault given as service:what[:times].
func (f *faultFlag) Set(text string) error {
	parts := strings.Split(text, ":")
	if len(parts) < 2 || len(parts) > 3 {
		return fmt.Errorf("%q must be service:what[:times]", text)
	}
	fault := simulator.Fault{Service: parts[0]}
	switch {
	case parts[0] == "*":
		fault.Service = ""
	case parts[0] != "metadata" && parts[0] != "github" && !slices.Contains(simulator.Services, parts[0]):
		return fmt.Errorf("unknown service %q", parts[0])
	}
	action, err := parseAction(parts[1])
	if err != nil {
		return err
	}
	fault.Action = action
	if len(parts) == 3 {
		if fault.Times, err = strconv.Atoi(parts[2]); err != nil || fault.Times < 1 {
			return fmt.Errorf("%q must be a positive number of requests", parts[2])
		}
	}
	*f = append(*f, fault)
	return nil
}

// parseAction parses the part of -fault that says what happens.
func parseAction(text string) (simulator.Action, error) {
	if text == strconv.Itoa(http.StatusTooManyRequests) {
		return simulator.Throttle(http.StatusTooManyRequests, ""), nil
	}
	if status, err := strconv.Atoi(text); err == nil && status >= 400 && status <= 599 {
		return simulator.ServiceError(status, "Simulated."+text, http.StatusText(status)), nil
	}
	switch text {
	case "html":
		return simulator.HTML(http.StatusOK), nil
	case "empty":
		return simulator.Empty(http.StatusOK), nil
	case "cut":
		return simulator.CutBody(), nil
	case "stall":
		return simulator.StallHeaders(), nil
	case "stall-body":
		return simulator.StallBody(), nil
	case "reset":
		return simulator.Reset(), nil
	}
	switch name, value, _ := strings.Cut(text, "="); name {
	case "throttle":
		if _, err := strconv.ParseUint(value, 10, 31); err != nil {
			return nil, fmt.Errorf("%q must be throttle=SECONDS", text)
		}
		return simulator.Throttle(http.StatusTooManyRequests, value), nil
	case "delay":
		d, err := time.ParseDuration(value)
		if err != nil || d < 0 {
			return nil, fmt.Errorf("%q must be delay=DURATION, such as delay=2s", text)
		}
		return simulator.Delay(d), nil
	}
	return nil, fmt.Errorf("unknown fault %q", text)
}
