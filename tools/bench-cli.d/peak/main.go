//go:build unix

// Command peak takes the place of a provider: it runs the provider at the path
// BENCH_PROVIDER, and appends its maximum resident memory in KiB to the file
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

// report appends the maximum memory of a process that has ended. It is nil if
// the process did not start.
func report(process *os.ProcessState) error {
	if process == nil {
		return nil
	}
	peak := process.SysUsage().(*syscall.Rusage).Maxrss
	if runtime.GOOS == "darwin" {
		peak /= 1024 // macOS reports bytes.
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
