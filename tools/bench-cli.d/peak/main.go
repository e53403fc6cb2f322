//go:build unix

// Command peak stands in for a provider: it runs the one that BENCH_PROVIDER
// names, and appends the most memory that it held, in KiB, to the file
// BENCH_PEAKS.
package main

import (
	"fmt"
	"log"
	"os"
	"os/exec"
	"runtime"
	"syscall"
)

func main() {
	provider := exec.Command(os.Getenv("BENCH_PROVIDER"), os.Args[1:]...)
	provider.Stdin, provider.Stdout, provider.Stderr = os.Stdin, os.Stdout, os.Stderr
	failed := provider.Run()
	if err := report(provider.ProcessState); err != nil {
		log.Fatal(err)
	}
	if failed != nil {
		log.Fatal(failed)
	}
}

func report(ended *os.ProcessState) error {
	if ended == nil {
		return nil
	}
	peak := ended.SysUsage().(*syscall.Rusage).Maxrss
	if runtime.GOOS == "darwin" {
		peak /= 1024 // It counts in bytes.
	}
	peaks, err := os.OpenFile(os.Getenv("BENCH_PEAKS"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintln(peaks, peak); err != nil {
		return err
	}
	return peaks.Close()
}
