package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"golang.org/x/sync/errgroup"
)

var listVPCChannels = operation{OpListVPCChannels, APIG, http.MethodGet, vpcChannelsPath}

// vpcChannelsPage is the largest page that the API returns.
const vpcChannelsPage = 500

// codeVPCChannelNotFound is the API's code for a channel that does not exist.
const codeVPCChannelNotFound = "APIG.3023"

// VPCChannels reads the channels of the dedicated gateway instanceID with all their details, in the
// order of the API: those with exactly this name, or all if name is "". The list is complete; if it
// keeps changing while it is read, the error is [ErrListChanged].
//
// GET /v2/{project_id}/apigw/instances/{instance_id}/vpc-channels, API Gateway API reference,
// "Querying VPC Channels"
// (https://support.huaweicloud.com/intl/en-us/api-apig/ListVpcChannelsV2.html), whose entries lack
// the members; then [Client.VPCChannel] for each.
func (c *Client) VPCChannels(ctx context.Context, in Scope, instanceID, name string) ([]VPCChannel, error) {
	var channels []VPCChannel
	err := readConsistently(ctx, func(ctx context.Context) error {
		entries, _, err := c.vpcChannelList(in, instanceID, name).readOnce(ctx, Window{})
		if err != nil {
			return err
		}
		if name != "" {
			// Servers that do not know precise_search also find parts of a name.
			entries = slices.DeleteFunc(entries, func(e vpcChannelEntry) bool { return e.name() != name })
		}
		channels, err = c.vpcChannelDetails(ctx, in, instanceID, entries)
		return err
	})
	if err != nil {
		return nil, err
	}
	return channels, nil
}

// vpcChannelDetails reads the details of listed channels concurrently. One that is gone or has
// another ID or name means that the list changed.
func (c *Client) vpcChannelDetails(ctx context.Context, in Scope, instanceID string, entries []vpcChannelEntry) ([]VPCChannel, error) {
	channels := make([]VPCChannel, len(entries))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(maxInFlight)
	for i, entry := range entries {
		group.Go(func() error {
			channel, err := c.VPCChannel(ctx, in, instanceID, entry.ID.value)
			if e, ok := errors.AsType[*Error](err); ok && e.Code == codeVPCChannelNotFound {
				return fmt.Errorf("%w: %w", errInconsistent, err)
			}
			if err != nil {
				return err
			}
			if *channel.ID != entry.ID.value || channel.Name != nil && entry.Name != nil && *channel.Name != *entry.Name {
				return errInconsistent
			}
			channels[i] = *channel
			return nil
		})
	}
	return channels, group.Wait()
}

// VPCChannelByName finds the channel with exactly this name on the dedicated gateway instanceID and
// reads it. No channel or several are a [NameMatchError].
func (c *Client) VPCChannelByName(ctx context.Context, in Scope, instanceID, name string) (*VPCChannel, error) {
	search := NameMatchError{Operation: OpListVPCChannels, Kind: "VPC channels", Name: name}
	id, err := findByName(ctx, search, func(ctx context.Context, filter string) ([]NamedID, error) {
		entries, _, err := c.vpcChannelList(in, instanceID, filter).read(ctx, Window{})
		return namedIDs(entries, func(e *vpcChannelEntry) NamedID { return NamedID{Name: e.name(), ID: e.ID.value} }), err
	})
	if err != nil {
		return nil, err
	}
	channel, err := c.VPCChannel(ctx, in, instanceID, id)
	if err != nil {
		return nil, err
	}
	if channel.Name != nil { // It may have been renamed meanwhile.
		if _, err := matchName(search, []NamedID{{Name: *channel.Name, ID: id}}); err != nil {
			return nil, err
		}
	}
	return channel, nil
}

// vpcChannelEntry is a channel as the list returns it.
type vpcChannelEntry struct {
	ID   requiredID `json:"id"`
	Name *string    `json:"name"`
}

func (e *vpcChannelEntry) name() string {
	if e.Name == nil {
		return ""
	}
	return *e.Name
}

// vpcChannelList is the list of channels whose names the API finds by a filter, "" for all.
func (c *Client) vpcChannelList(in Scope, instanceID, filter string) countedList[vpcChannelEntry] {
	type vpcChannels struct {
		Total       required[int64]             `json:"total"`
		VPCChannels required[[]vpcChannelEntry] `json:"vpc_channels"`
	}
	return countedList[vpcChannelEntry]{
		size: vpcChannelsPage,
		id:   func(e *vpcChannelEntry) *string { return &e.ID.value },
		fetch: func(ctx context.Context, offset, limit int64) (page[vpcChannelEntry], error) {
			values := pageValues(offset, limit)
			if filter != "" {
				values.Set("name", filter)
				values.Set("precise_search", "name")
			}
			got, _, err := get[vpcChannels](ctx, c, listVPCChannels, in, map[string]string{"instance_id": instanceID}, values)
			if err != nil {
				return page[vpcChannelEntry]{}, err
			}
			return page[vpcChannelEntry]{entries: got.VPCChannels.value, total: got.Total.value}, nil
		},
	}
}
