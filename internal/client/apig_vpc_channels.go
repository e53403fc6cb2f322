package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"golang.org/x/sync/errgroup"
)

var listVPCChannels = apiCall{operation: OpListVPCChannels, service: APIG, method: http.MethodGet, path: vpcChannelsPath}

// vpcChannelsPage is the largest page that the API returns.
const vpcChannelsPage = 500

// VPCChannels reads the channels of the dedicated gateway instanceID with all their details, in the
// order of the API: those with exactly this name, or all if name is "". The list is complete; if it
// keeps changing while it is read, the error is [ErrListChanged].
//
// GET /v2/{project_id}/apigw/instances/{instance_id}/vpc-channels, API Gateway API reference,
// "Querying VPC Channels"
// (https://support.huaweicloud.com/intl/en-us/api-apig/ListVpcChannelsV2.html), whose entries lack
// the members; then [Client.VPCChannel] for each.
func (c *Client) VPCChannels(ctx context.Context, in Scope, instanceID, name string) ([]VPCChannel, error) {
	return readConsistently(ctx, func(ctx context.Context) ([]VPCChannel, error) {
		listed, err := c.vpcChannelList(in, instanceID, name).readOnce(ctx, Window{})
		if err != nil {
			return nil, err
		}
		entries := listed.entries
		if name != "" {
			// Servers that do not know precise_search also find parts of a name.
			entries = slices.DeleteFunc(entries, func(e vpcChannelEntry) bool { return e.Name != name })
		}
		return c.vpcChannelDetails(ctx, in, instanceID, entries)
	})
}

// vpcChannelDetails reads the details of listed channels concurrently. One that is gone or has
// another ID or name means that the list changed.
func (c *Client) vpcChannelDetails(ctx context.Context, in Scope, instanceID string, entries []vpcChannelEntry) ([]VPCChannel, error) {
	channels := make([]VPCChannel, len(entries))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(maxInFlight)
	for i, entry := range entries {
		group.Go(func() error {
			channel, err := c.VPCChannel(ctx, in, instanceID, entry.ID)
			e, ok := errors.AsType[*Error](err)
			switch {
			case ok && e.Code == "APIG.3023": // The channel does not exist.
				return fmt.Errorf("%w: %w", errInconsistent, err)
			case err != nil:
				return err
			case *channel.ID != entry.ID || channel.Name != nil && entry.Name != "" && *channel.Name != entry.Name:
				return errInconsistent
			}
			channels[i] = *channel
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return channels, nil
}

// VPCChannelByName finds the channel with exactly this name on the dedicated gateway instanceID and
// reads it. No channel or several are a [NameMatchError].
func (c *Client) VPCChannelByName(ctx context.Context, in Scope, instanceID, name string) (*VPCChannel, error) {
	search := NameMatchError{Operation: OpListVPCChannels, Kind: "VPC channels", Name: name}
	list := func(filter string) countedList[vpcChannelEntry] { return c.vpcChannelList(in, instanceID, filter) }
	id, err := findByName(ctx, search, list, func(e *vpcChannelEntry) NamedID { return NamedID{Name: e.Name, ID: e.ID} })
	if err != nil {
		return nil, err
	}
	channel, err := c.VPCChannel(ctx, in, instanceID, id)
	if err == nil && channel.Name != nil { // It may have been renamed meanwhile.
		_, err = matchName(search, []NamedID{{Name: *channel.Name, ID: id}})
	}
	return channel, err
}

// vpcChannelEntry is a channel as the list returns it.
type vpcChannelEntry struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// vpcChannelList is the list of channels whose names the API finds by a filter, "" for all.
func (c *Client) vpcChannelList(in Scope, instanceID, filter string) countedList[vpcChannelEntry] {
	query := queryOf("name", filter)
	if filter != "" {
		query.Set("precise_search", "name")
	}
	return newCountedList(c, listVPCChannels, in, map[string]string{"instance_id": instanceID}, query, vpcChannelsPage,
		func(e *vpcChannelEntry) *string { return &e.ID })
}
