package main

import (
	"strings"
	"testing"
)

const benchmarkOutput = `goos: linux
cpu: Example(R) Processor CPU @ 2.20GHz
BenchmarkRead/connections=1-2         	    2000	  21234 ns/op	        80.0 µs/entry	       812 B/entry	         1.60 x-least
BenchmarkRead/connections=10000-2     	      10	 123456 ns/op	        13.1 µs/entry	       812 B/entry	         1.31 x-least
BenchmarkRead/channel_members=1000-2  	      10	 123456 ns/op	        13.1 µs/entry	       812 B/entry	         1.31 x-least
PASS
`

func TestDraw(t *testing.T) {
	t.Parallel()
	var svg strings.Builder
	if err := draw(strings.NewReader(benchmarkOutput), &svg); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		">1 entry<", ">1.6 × floor<", ">Lookup 80 µs<", ">Floor 50 µs<",
		">10,000 entries<", ">1.3 × floor<", ">Lookup 131 ms<", ">Floor 100 ms<",
		">Example Processor<",
	} {
		if strings.Count(svg.String(), want) != 1 {
			t.Errorf("%q is not in the picture once:\n%s", want, svg.String())
		}
	}
}

func TestDrawRefusesOtherOutput(t *testing.T) {
	t.Parallel()
	for name, output := range map[string]string{
		"none":           "PASS\n",
		"without ratios": "BenchmarkRead/connections=1-2 \t 2000 \t 21234 ns/op \t 80.0 µs/entry\n",
		"cut":            "BenchmarkRead/connections=1-2 \t 2000 \t ns/op 21234\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := draw(strings.NewReader(output), new(strings.Builder)); err == nil {
				t.Error("no error")
			}
		})
	}
}
