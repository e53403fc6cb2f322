package simulator

import (
	"cmp"
	_ "embed" // For the built-in data.
	"fmt"
	"time"
)

// Data is what the server serves and how it behaves. Tests change it with [Server.Update].
type Data struct {
	IAM      IAM
	Metadata Metadata
	VPCEP    VPCEP
	DLI      DLI
	APIG     APIG
	GitHub   GitHub

	// Latency is how long each request waits before it is handled.
	Latency time.Duration
}

// VPCEP is the VPC endpoint service.
type VPCEP struct {
	// Services are the endpoint services by their ID.
	Services map[string]*EndpointService

	// RefuseOffsetPastEnd returns 400 EndPoint.0010 for an offset at or past the end of the
	// connections instead of an empty list.
	RefuseOffsetPastEnd bool
}

// EndpointService is a VPC endpoint service with its connections, in any order.
type EndpointService struct {
	// ProjectID is the project that the service belongs to; empty means the constant ProjectID.
	ProjectID string
	// Details is the service's entry in the list of services, which always has an ID.
	Details     Entry
	Connections []Entry
}

// DLI is the data lake service.
type DLI struct {
	// Projects are the enhanced connections, in any order, by project. Their field tags is what the
	// API filters by and does not return.
	Projects map[string][]Entry

	// Edition is the document that the service follows. The older one knows neither limit=0 nor
	// tags.
	Edition DLIEdition
}

// DLIEdition is the document that a DLI service follows. Services of the older one differ in how
// they treat limit=0.
type DLIEdition int

// The editions of DLI.
const (
	// CurrentDLI returns all connections for limit=0.
	CurrentDLI DLIEdition = iota
	// OlderDLIDefaults treats limit=0 as the default limit.
	OlderDLIDefaults
	// OlderDLIRefuses returns 400 for limit=0.
	OlderDLIRefuses
)

// APIG is the API gateway service.
type APIG struct {
	// Instances are the gateways by their ID.
	Instances map[string]*Instance
}

// Instance is a gateway with its VPC channels, in the order in which they are listed.
type Instance struct {
	// ProjectID is the project that the instance belongs to; empty means the constant ProjectID.
	ProjectID string
	// Details is the gateway's entry in the list of instances, which always has an ID.
	Details  Entry
	Channels []Entry
}

// IDs of the documents' examples.
const (
	// ServiceID is the VPCEP service whose connections are exactly those of the document's example.
	ServiceID = "4189d3c2-8882-4871-a3c2-d380272eed88"
	// ServiceName is its full name, ServiceShortName the part that its owner chose.
	ServiceName      = Region + "." + ServiceShortName + "." + ServiceID
	ServiceShortName = "example-orders"
	// InstanceID is the APIG instance that holds the two channels of the document's examples. Both
	// are named VPC_demo.
	InstanceID   = "eddc4d25480b4cd6b512f270a1b8b341"
	InstanceName = "example-gateway"
	// ServerChannelID and MicroserviceChannelID are those two channels.
	ServerChannelID       = "56a7d7358e1b42459c9d730d65b14e59"
	MicroserviceChannelID = "105c6902457144a4820dff8b1ad63331"
)

// IDs of the larger set, whose DLI connections are those of SecondProjectID.
const (
	// FullServiceID is a VPCEP service with one connection in each status.
	FullServiceID        = "50000000-0000-4000-8000-000000000001"
	FullServiceName      = Region + "." + FullServiceShortName + "." + FullServiceID
	FullServiceShortName = "ledger"
	// FullInstanceID is an APIG instance with one channel of each kind: full_builtin, full_cse,
	// full_cce, full_cce_service, full_nacos and full_reference.
	FullInstanceID   = "e0000000000000000000000000000001"
	FullInstanceName = "full-gateway"
	// SecondServiceID and SecondInstanceID are in SecondProjectID; the instance's one channel is
	// named second_region.
	SecondServiceID        = "50000000-0000-4000-8000-000000000002"
	SecondServiceName      = SecondRegion + "." + SecondServiceShortName + "." + SecondServiceID
	SecondServiceShortName = "reports"
	SecondInstanceID       = "e0000000000000000000000000000002"
	SecondInstanceName     = "second-gateway"
)

//go:embed data.json
var builtIn []byte

func defaultData() Data {
	d := Data{
		IAM:      defaultIAM(),
		Metadata: Metadata{DomainID: DomainID},
		GitHub:   GitHub{RequestToken: GitHubRequestToken},
	}
	if warnings, err := d.Load(builtIn); err != nil || warnings != nil {
		panic(fmt.Sprintf("simulator: the built-in data: %v, %q", err, warnings))
	}
	return d
}

// orDefault returns the project of something whose ProjectID may be empty.
func orDefault(projectID string) string {
	return cmp.Or(projectID, ProjectID)
}
