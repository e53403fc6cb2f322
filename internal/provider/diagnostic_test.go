package provider

import (
	"errors"
	"fmt"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/client"
)

func TestRequested(t *testing.T) {
	t.Parallel()
	id, name := types.StringValue("i"), types.StringValue("n")
	for want, model := range map[string]interface{ operation() operation }{
		`connections of VPC endpoint service "i"`:       &serviceConnectionsModel{ServiceID: id},
		`connections of VPC endpoint service named "n"`: &serviceConnectionsModel{ServiceName: name, ServiceID: id},
		`enhanced datasource connections`:               &enhancedConnectionsModel{},
		`enhanced datasource connections named "n"`:     &enhancedConnectionsModel{Name: name},
		`VPC channels of gateway "i"`:                   &vpcChannelsModel{gatewayModel: gatewayModel{InstanceID: id}},
		`VPC channel "i" of gateway named "n"`:          &vpcChannelModel{VPCChannelID: id, gatewayModel: gatewayModel{InstanceName: name}},
	} {
		if got := model.operation().requested; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestDiagnostic(t *testing.T) {
	t.Parallel()
	op := operation{service: "apig", summary: "Unable to read VPC channel", requested: `VPC channel "x" of gateway "y"`}
	in := client.Scope{Region: "cn-north-4", ProjectID: "p"}
	for name, tt := range map[string]struct {
		failed failure
		want   string
	}{
		"an API error": {
			failure{operation: op, scope: in, err: &client.Error{
				Service: "apig", Operation: client.OpShowVPCChannel, Method: http.MethodGet, URL: "https://apig.example.com/v2/p/x", Attempts: 3,
				Status: 503, Code: "busy", Message: "Too busy.", RequestID: "id",
			}},
			`Requested: VPC channel "x" of gateway "y", in region cn-north-4, project p.

Request: GET https://apig.example.com/v2/p/x
Status: 503 Service Unavailable
Code: busy
Message: Too busy.
Request ID: id
Attempts: 3

The service failed. Try again later; if this persists, give the request ID to the service's support.`,
		},
		"a sign-in": {
			failure{operation: op, scope: client.Scope{Region: "cn-north-4"}, err: &client.Error{
				Service: "iam", Operation: client.OpCreateToken, Purpose: `signing in as user "x"`, Method: http.MethodPost,
				URL: "https://iam.example.com/v3/auth/tokens", Attempts: 1, Reason: client.ReasonTimeout, Err: errors.New("no response within 60 s"),
			}},
			`Requested: VPC channel "x" of gateway "y", in region cn-north-4.

Signing in as user "x" failed.
Request: POST https://iam.example.com/v3/auth/tokens
Cause: no response within 60 s

The server did not respond in time, or a firewall drops the packets. ` +
				`The address is made of region and the default cloud: if it is wrong, correct them, or set iam in endpoints.`,
		},
		"a changing list": {
			failure{operation: op, err: fmt.Errorf("%w: %w", client.ErrListChanged, &client.Error{
				Service: "apig", Operation: client.OpListVPCChannels, Method: http.MethodGet, URL: "https://apig.example.com/x",
				Attempts: 1, Status: 400,
			})},
			`Requested: VPC channel "x" of gateway "y".

The list changed during each of three attempts to read it.
Request: GET https://apig.example.com/x
Status: 400 Bad Request

Entries were added or removed during every attempt, or the responses of the service contradict each other. ` +
				`Run Terraform again when there are fewer changes. If the list does not change, ` +
				`report this to the service's support.`,
		},
		"a credential that was refused before": {
			failure{operation: op, scope: in, err: &client.Error{
				Service: "apig", Operation: client.OpShowVPCChannel, Method: http.MethodGet, URL: "https://apig.example.com/x",
				Status: 401, Code: "APIGW.0301", Message: "verify aksk signature fail", Err: client.ErrRefusedBefore,
			}},
			`Requested: VPC channel "x" of gateway "y", in region cn-north-4, project p.

The request was not sent, because the same credentials were refused before in this run:
Request: GET https://apig.example.com/x
Status: 401 Unauthorized
Code: APIGW.0301
Message: verify aksk signature fail
Credentials: user_name from HW_USER_NAME

The credentials were refused. Check that they are complete, current, no base64 text of a secret, and of this cloud.`,
		},
		"no request": {
			failure{operation: op, err: errors.New("something is wrong.")}, //nolint:revive // It may end in a full stop.
			`Requested: VPC channel "x" of gateway "y".

Something is wrong.`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tt.failed.data = &providerData{credentials: "user_name from HW_USER_NAME"}
			got := tt.failed.diagnostic()
			if got.Summary() != op.summary {
				t.Errorf("the summary is %q", got.Summary())
			}
			if diff := cmp.Diff(tt.want, got.Detail()); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}
