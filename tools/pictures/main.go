// Command pictures draws what a lookup costs: it reads the output of BenchmarkRead from standard
// input and writes an SVG to standard output. Run by tools/draw-pictures.
package main

import (
	"bufio"
	"fmt"
	"io"
	"log"
	"os"
	"regexp"
	"strconv"
	"strings"
	"text/template"
)

// These are the names that BenchmarkRead gives its metrics.
const (
	timeMetric  = "µs/entry" // time of a lookup, for each entry
	floorMetric = "x-least"  // the same time as a multiple of the floor
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("pictures: ")
	if err := draw(os.Stdin, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

// measurement is what one size of list costs.
type measurement struct {
	entries             int
	microseconds, ratio float64
}

// benchmarkLine matches the benchmarks of one list in several sizes.
var benchmarkLine = regexp.MustCompile(`^BenchmarkRead/connections=(\d+)(?:-\d+)?\s+\d+\s+(.*)$`)

// parse returns the measurements in the output of `go test -bench`, and the processor.
func parse(output io.Reader) (measurements []measurement, processor string, err error) {
	lines := bufio.NewScanner(output)
	for lines.Scan() {
		line := lines.Text()
		if name, ok := strings.CutPrefix(line, "cpu: "); ok {
			processor = name
		}
		match := benchmarkLine.FindStringSubmatch(line)
		if match == nil {
			continue
		}
		entries, err := strconv.Atoi(match[1])
		if err != nil {
			return nil, "", err
		}
		metrics, err := parseMetrics(match[2])
		if err != nil {
			return nil, "", fmt.Errorf("%w in %q", err, line)
		}
		measurements = append(measurements, measurement{entries, metrics[timeMetric] * float64(entries), metrics[floorMetric]})
	}
	if err := lines.Err(); err != nil {
		return nil, "", err
	}
	if len(measurements) == 0 {
		return nil, "", fmt.Errorf("no line of BenchmarkRead/connections in the input")
	}
	return measurements, processor, nil
}

// parseMetrics returns the metrics in a line of a benchmark, which are pairs of a value and a name.
func parseMetrics(line string) (map[string]float64, error) {
	metrics := map[string]float64{}
	fields := strings.Fields(line)
	for i := 0; i+1 < len(fields); i += 2 {
		value, err := strconv.ParseFloat(fields[i], 64)
		if err != nil {
			return nil, err
		}
		metrics[fields[i+1]] = value
	}
	for _, name := range []string{timeMetric, floorMetric} {
		if metrics[name] <= 0 {
			return nil, fmt.Errorf("no metric %q", name)
		}
	}
	return metrics, nil
}

// Sizes in the picture, whose width is that of a phone.
const (
	left        = 16
	barLeft     = 168
	barWidth    = 216
	firstGroup  = 104
	groupHeight = 112
)

// group is what the picture shows of one measurement.
type group struct {
	Title, Ratio                         string
	Lookup, Floor                        string
	LookupWidth, FloorWidth              int
	TitleY, LookupY, FloorY              int
	LookupBarY, FloorBarY, BarLeft, Left int
}

// draw reads the output of the benchmark and writes the picture.
func draw(output io.Reader, svg io.Writer) error {
	measurements, processor, err := parse(output)
	if err != nil {
		return err
	}
	var groups []group
	for i, m := range measurements {
		top := firstGroup + i*groupHeight
		floor := m.microseconds / m.ratio
		longest := max(m.microseconds, floor)
		groups = append(groups, group{
			Title:       entries(m.entries),
			Ratio:       fmt.Sprintf("%.1f × floor", m.ratio),
			Lookup:      duration(m.microseconds),
			Floor:       duration(floor),
			LookupWidth: int(barWidth * m.microseconds / longest),
			FloorWidth:  int(barWidth * floor / longest),
			TitleY:      top, LookupY: top + 32, LookupBarY: top + 14, FloorY: top + 62, FloorBarY: top + 44,
			BarLeft: barLeft, Left: left,
		})
	}
	bottom := firstGroup + len(groups)*groupHeight
	return picture.Execute(svg, map[string]any{
		"Groups": groups, "Left": left, "Right": barLeft + barWidth, "Width": barLeft + barWidth + left, "FrameWidth": barLeft + barWidth + left - 1, "FrameHeight": bottom + 61,
		"Note": []int{bottom, bottom + 22, bottom + 44}, "Height": bottom + 62, "Processor": shorten(processor),
	})
}

// entries is a number of entries with a comma for the thousands.
func entries(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	if n == 1 {
		return text + " entry"
	}
	return text + " entries"
}

// duration is a time with two or three digits.
func duration(microseconds float64) string {
	switch {
	case microseconds < 1_000:
		return fmt.Sprintf("%.0f µs", microseconds)
	case microseconds < 10_000:
		return fmt.Sprintf("%.1f ms", microseconds/1_000)
	default:
		return fmt.Sprintf("%.0f ms", microseconds/1_000)
	}
}

// shorten returns the name of a processor without its clock, in the length of a line.
func shorten(processor string) string {
	name, _, _ := strings.Cut(processor, " @ ")
	name = strings.NewReplacer("(R)", "", "(TM)", "", " CPU", "").Replace(name)
	if runes := []rune(name); len(runes) > 44 {
		return string(runes[:44])
	}
	return name
}

var picture = template.Must(template.New("svg").Parse(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {{.Width}} {{.Height}}" role="img" aria-labelledby="title">
  <title id="title">What a lookup costs{{range .Groups}}; {{.Title}}: {{.Lookup}}, {{.Ratio}}{{end}}</title>
  <style>
    svg { font-family: system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; font-size: 16px }
    .background { fill: #ffffff; stroke: #d1d9e0 }
    text { fill: #1f2328 }
    .strong { font-weight: 600; font-size: 17px }
    .title { font-weight: 600; font-size: 21px }
    .quiet { fill: #59636e; font-size: 15px }
    .lookup { fill: #0969da }
    .floor { fill: #818b98 }
    @media (prefers-color-scheme: dark) {
      .background { fill: #0d1117; stroke: #3d444d }
      text { fill: #f0f6fc }
      .quiet { fill: #9198a1 }
      .lookup { fill: #4493f8 }
      .floor { fill: #656c76 }
    }
  </style>
  <rect class="background" x="0.5" y="0.5" width="{{.FrameWidth}}" height="{{.FrameHeight}}" rx="8"/>
  <text class="title" x="{{.Left}}" y="36">What a lookup costs</text>
  <text class="quiet" x="{{.Left}}" y="62">Connections of a VPC endpoint service</text>
{{- range .Groups}}
  <text class="strong" x="{{.Left}}" y="{{.TitleY}}">{{.Title}}</text>
  <text class="strong" x="{{$.Right}}" y="{{.TitleY}}" text-anchor="end">{{.Ratio}}</text>
  <text x="{{.Left}}" y="{{.LookupY}}">Lookup {{.Lookup}}</text>
  <rect class="lookup" x="{{.BarLeft}}" y="{{.LookupBarY}}" width="{{.LookupWidth}}" height="24" rx="3"/>
  <text x="{{.Left}}" y="{{.FloorY}}">Floor {{.Floor}}</text>
  <rect class="floor" x="{{.BarLeft}}" y="{{.FloorBarY}}" width="{{.FloorWidth}}" height="24" rx="3"/>
{{- end}}
  <text class="quiet" x="{{.Left}}" y="{{index .Note 0}}">Processor time. Each size has its own scale.</text>
  <text class="quiet" x="{{.Left}}" y="{{index .Note 1}}">Floor: the framework with a finished list.</text>
  <text class="quiet" x="{{.Left}}" y="{{index .Note 2}}">{{.Processor}}</text>
</svg>
`))
