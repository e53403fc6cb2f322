package simulator

import (
	"embed"
	"fmt"
	"io/fs"
	"time"
)

// Data is all that the server knows and how it behaves. Tests change it with [Server.Update].
type Data struct {
	IAM      IAM
	Metadata Metadata
	VPCEP    VPCEP
	DLI      DLI
	APIG     APIG

	// Clock is the server's time; nil is time.Now.
	Clock func() time.Time
	// Latency is what every request waits before it is answered.
	Latency time.Duration
}

// VPCEP is the VPC endpoint service.
type VPCEP struct {
	// Services are the endpoint services by their ID.
	Services map[string]*EndpointService

	// PageCap, where set, is the most connections of one answer, whatever the limit.
	PageCap int
	// RefuseOffsetPastEnd answers an offset at or past the end with 400 EndPoint.0010 instead of an empty list.
	RefuseOffsetPastEnd bool
	// FlatErrors answers errors as {"error_code","error_msg"} instead of {"error":{"code","message"}}.
	FlatErrors bool
}

// EndpointService is a VPC endpoint service with its connections, in any order.
type EndpointService struct {
	// ProjectID is the project that the service belongs to; empty is ProjectID, the default one.
	ProjectID   string
	Connections []Entry
}

// DLI is the data lake service.
type DLI struct {
	// Projects are the enhanced connections, in any order, by project.
	Projects map[string][]EnhancedConnection

	// Edition is of which document the service is. The older one knows neither limit=0 nor tags.
	Edition DLIEdition
	// PageCap, where set, is the most connections of one answer, whatever the limit.
	PageCap int
	// CountIsTotal has count tell how many connections match; else it tells how many the answer holds.
	CountIsTotal bool
}

// DLIEdition tells a service of the current document from those of the older one, which differ in what they make of limit=0.
type DLIEdition int

// The editions of DLI.
const (
	// CurrentDLI answers limit=0 with all connections.
	CurrentDLI DLIEdition = iota
	// OlderDLIDefaults takes limit=0 for the default limit.
	OlderDLIDefaults
	// OlderDLIRefuses answers limit=0 with 400.
	OlderDLIRefuses
)

// EnhancedConnection is an enhanced datasource connection. Its tags are looked up but not answered.
type EnhancedConnection struct {
	Entry
	Tags map[string]string
}

// APIG is the API gateway service.
type APIG struct {
	// Instances are the gateways by their ID.
	Instances map[string]*Instance
	// PageCap, where set, is the most channels of one answer, whatever the limit.
	PageCap int
}

// Instance is a gateway with its VPC channels, in the order in which they are listed.
type Instance struct {
	// ProjectID is the project that the instance belongs to; empty is ProjectID, the default one.
	ProjectID string
	Channels  []Channel
}

// Channel is a VPC channel: the ID under which it is found, and its details. The two usually agree.
type Channel struct {
	ID string
	Entry
}

// NewChannel is a channel that is found under the id that its details bear.
func NewChannel(details Entry) Channel {
	return Channel{ID: details.Text("id"), Entry: details}
}

// The documents' examples are known under these IDs.
const (
	// ServiceID is the VPCEP service whose connections are exactly those of the document's example.
	ServiceID = "4189d3c2-8882-4871-a3c2-d380272eed88"
	// InstanceID is the APIG instance that holds the two channels of the document's examples. Both are named VPC_demo.
	InstanceID = "eddc4d25480b4cd6b512f270a1b8b341"
	// ServerChannelID and MicroserviceChannelID are those two channels.
	ServerChannelID       = "56a7d7358e1b42459c9d730d65b14e59"
	MicroserviceChannelID = "105c6902457144a4820dff8b1ad63331"
)

// The larger made-up set is known under these IDs, and its DLI connections under SecondProjectID.
const (
	// FullServiceID is a VPCEP service with one connection in each status.
	FullServiceID = "50000000-0000-4000-8000-000000000001"
	// FullInstanceID is an APIG instance with one channel of each kind: full_builtin, full_cse, full_cce,
	// full_cce_service, full_nacos and full_reference.
	FullInstanceID = "e0000000000000000000000000000001"
	// SecondServiceID and SecondInstanceID are in SecondProjectID; the instance's one channel is named second_region.
	SecondServiceID  = "50000000-0000-4000-8000-000000000002"
	SecondInstanceID = "e0000000000000000000000000000002"
)

//go:embed data
var builtIn embed.FS

func defaultData() Data {
	d := Data{IAM: defaultIAM(), Metadata: Metadata{DomainID: DomainID}}
	files, err := fs.Sub(builtIn, "data")
	if err == nil {
		err = d.Load(files)
	}
	if err != nil {
		panic(fmt.Sprintf("simulator: the built-in data: %v", err))
	}
	for i, project := range []string{AgencyProjectID, ChainedProjectID} {
		d.DLI.Projects[project] = EnhancedConnections(i + 1)
	}
	return d
}

func (d *Data) now() time.Time {
	if d.Clock != nil {
		return d.Clock()
	}
	return time.Now()
}

// orDefault is the project that something without one belongs to.
func orDefault(projectID string) string {
	if projectID == "" {
		return ProjectID
	}
	return projectID
}
