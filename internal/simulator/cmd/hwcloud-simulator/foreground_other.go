//go:build !linux && !darwin && !freebsd && !netbsd && !openbsd

package main

// inForeground reports true: the console sends an interrupt to every process attached to it.
func inForeground() bool {
	return true
}
