//go:build unix

package client

import (
	"context"
	stdjson "encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// BenchmarkDecode decodes responses of 1,000 entries as the client does, in turns with
// encoding/json into structs of the same fields without pointers. x-json is the processor time of
// the first as a multiple of the second.
func BenchmarkDecode(b *testing.B) {
	b.Run("connections", func(b *testing.B) {
		benchmarkDecode[countedPage[ServiceConnection]](b, map[string]any{"connections": simulator.Connections(1000), "total_count": 1000})
	})
	b.Run("enhanced_connections", func(b *testing.B) {
		benchmarkDecode[enhancedConnections](b, map[string]any{"connections": simulator.EnhancedConnections(1000)})
	})
	b.Run("channel_members", func(b *testing.B) {
		benchmarkDecode[VPCChannel](b, map[string]any{"id": simulator.ServerChannelID, "members": simulator.Members(1000)})
	})
}

func benchmarkDecode[T any](b *testing.B, value any) {
	b.Helper()
	body := encode(value)
	plain := plainType(reflect.TypeFor[T]())
	var own, standard best
	for b.Loop() {
		own.time(func() {
			if _, err := decode[T](&response{body: body}); err != nil {
				b.Fatal(err)
			}
		})
		standard.time(func() {
			if err := stdjson.Unmarshal(body, reflect.New(plain).Interface()); err != nil {
				b.Fatal(err)
			}
		})
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(own)/float64(time.Microsecond)/1000, "µs/entry")
	b.ReportMetric(float64(own)/float64(standard), "x-json")
}

// plainType returns a type of the same fields without pointers.
func plainType(t reflect.Type) reflect.Type {
	switch t.Kind() {
	case reflect.Pointer:
		return plainType(t.Elem())
	case reflect.Slice:
		return reflect.SliceOf(plainType(t.Elem()))
	case reflect.Struct:
		var fields []reflect.StructField
		for field := range t.Fields() {
			fields = append(fields, reflect.StructField{Name: field.Name, Tag: field.Tag, Type: plainType(field.Type)})
		}
		return reflect.StructOf(fields)
	default:
		return t
	}
}

// BenchmarkClient reads 1,000 connections from a server on loopback whose response is ready. x-http
// is the processor time as a multiple of what net/http and encoding/json take for the same without
// signing, retries and checks.
func BenchmarkClient(b *testing.B) {
	server := delayedCloud(b, 0, 1000)
	api := clientOf(b, server, Config{})
	plain := plainType(reflect.TypeFor[countedPage[ServiceConnection]]())
	var own, standard best
	for b.Loop() {
		own.time(func() {
			if _, _, err := api.ServiceConnections(b.Context(), home, simulator.ServiceID, ServiceConnectionsQuery{}); err != nil {
				b.Fatal(err)
			}
		})
		standard.time(func() {
			if err := stdjson.Unmarshal(getBody(b, server.URL+"/connections"), reflect.New(plain).Interface()); err != nil {
				b.Fatal(err)
			}
		})
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(own)/float64(time.Microsecond)/1000, "µs/entry")
	b.ReportMetric(float64(own)/float64(standard), "x-http")
}

// BenchmarkRoundTrips reads from a server that delays each response. round-trips is the time of the
// read as a multiple of that delay, and x-necessary as a multiple of the round trips that cannot be
// saved: what needs another response first, or more than ten requests.
func BenchmarkRoundTrips(b *testing.B) {
	type read func(ctx context.Context, api *Client) error
	resolved := func(service string, in Scope, read func(ctx context.Context, api *Client, in Scope) error) read {
		return func(ctx context.Context, api *Client) error {
			in, err := api.Resolve(ctx, service, in)
			if err != nil {
				return err
			}
			return read(ctx, api, in)
		}
	}
	nothing := func(context.Context, *Client, Scope) error { return nil }
	connections := func(ctx context.Context, api *Client, in Scope) error {
		_, _, err := api.ServiceConnections(ctx, in, simulator.ServiceID, ServiceConnectionsQuery{})
		return err
	}
	enhanced := func(ctx context.Context, api *Client, in Scope) error {
		_, err := api.EnhancedConnections(ctx, in, EnhancedConnectionsQuery{})
		return err
	}
	channel := func(ctx context.Context, api *Client, in Scope) error {
		_, err := api.VPCChannel(ctx, in, simulator.InstanceID, simulator.ServerChannelID)
		return err
	}
	oneOfEach := func(in Scope) []read {
		return []read{resolved(VPCEP, in, connections), resolved(DLI, in, enhanced), resolved(APIG, in, channel)}
	}
	// The shortest of the repeated reads counts: a busy machine wakes sleepers late.
	for _, benchmark := range []struct {
		name      string
		latency   time.Duration
		entries   int
		necessary int
		reads     []read
	}{
		{"ten_pages", 20 * time.Millisecond, 10_000, 2, []read{resolved(VPCEP, home, connections)}},
		{"twelve_lists", 20 * time.Millisecond, 10, 2, slices.Repeat([]read{resolved(VPCEP, home, connections)}, 12)},
		{"two_regions", 20 * time.Millisecond, 10, 1, []read{
			resolved(VPCEP, Scope{Region: simulator.Region}, nothing), resolved(VPCEP, Scope{Region: simulator.SecondRegion}, nothing),
		}},
		{"one_of_each", 200 * time.Millisecond, 10, 2, oneOfEach(Scope{})},
		{"one_of_each_in_a_project", 200 * time.Millisecond, 10, 1, oneOfEach(home)},
	} {
		b.Run(benchmark.name, func(b *testing.B) {
			server := delayedCloud(b, benchmark.latency, benchmark.entries)
			shortest := time.Hour
			for b.Loop() {
				api := clientOf(b, server, Config{}) // It knows no project and has no connection.
				begun := time.Now()
				var group errgroup.Group
				for _, read := range benchmark.reads {
					group.Go(func() error { return read(b.Context(), api) })
				}
				if err := group.Wait(); err != nil {
					b.Fatal(err)
				}
				shortest = min(shortest, time.Since(begun))
			}
			trips := float64(shortest) / float64(benchmark.latency)
			b.ReportMetric(trips, "round-trips")
			b.ReportMetric(trips/float64(benchmark.necessary), "x-necessary")
		})
	}
}

// BenchmarkSign signs a request as each attempt does.
func BenchmarkSign(b *testing.B) {
	const address = "https://vpcep.cn-north-4.myhuaweicloud.com/v1/" + simulator.ProjectID + "/connections?limit=1000&sort_dir=asc"
	req, err := http.NewRequestWithContext(b.Context(), http.MethodGet, address, http.NoBody)
	if err != nil {
		b.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Project-Id", simulator.ProjectID)
	b.ReportAllocs()
	for b.Loop() {
		sign(req, nil, simulator.AccessKey, simulator.SecretKey, time.Now())
	}
}

// best is the shortest of several processor times: what else the machine does only adds to them.
type best time.Duration

// time measures call, after the garbage of what ran before is collected.
func (t *best) time(call func()) {
	runtime.GC()
	begun := processorTime()
	call()
	if took := processorTime() - begun; *t == 0 || took < *t {
		*t = took
	}
}

// processorTime returns what all threads of the process have used, including the kernel's work for
// them and the garbage collector's.
func processorTime() best {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		panic(err)
	}
	return best(used.Utime.Nano() + used.Stime.Nano())
}

// delayedCloud starts a server that sends prepared responses after a delay.
func delayedCloud(b *testing.B, latency time.Duration, entries int) *httptest.Server {
	b.Helper()
	connections := simulator.Connections(entries)
	bodies := map[string][]byte{}
	for offset := 0; offset < entries; offset += serviceConnectionsPage - 1 {
		bodies[strconv.Itoa(offset)] = encode(map[string]any{
			"connections": connections[offset:min(offset+serviceConnectionsPage, entries)], "total_count": entries,
		})
	}
	bodies[""] = bodies["0"]
	enhanced := encode(map[string]any{"is_success": true, "connections": simulator.EnhancedConnections(10)})
	channel := encode(map[string]any{"id": simulator.ServerChannelID, "members": simulator.Members(10)})
	return serving(b, func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(latency)
		query := r.URL.Query()
		body := bodies[query.Get("offset")]
		switch {
		case strings.HasSuffix(r.URL.Path, listProjects.path):
			body = encode(map[string]any{"projects": []any{map[string]any{"id": simulator.ProjectID, "name": query.Get("name")}}})
		case strings.HasSuffix(r.URL.Path, "/enhanced-connections"):
			body = enhanced
		case strings.Contains(r.URL.Path, "/vpc-channels/"):
			body = channel
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(body) // The client fails if it does not get all.
	})
}

// getBody gets a response without the client's code.
func getBody(b *testing.B, address string) []byte {
	b.Helper()
	req, err := http.NewRequestWithContext(b.Context(), http.MethodGet, address, http.NoBody)
	if err != nil {
		b.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }() // It was read to its end.
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		b.Fatal(err)
	}
	return body
}

// encode returns a value as JSON; it panics if that fails.
func encode(value any) []byte {
	body, err := stdjson.Marshal(value)
	if err != nil {
		panic(err)
	}
	return body
}
