package simulator

import (
	"fmt"
	"strconv"
	"time"
)

// generatedStart is the creation time of the first generated entry.
var generatedStart = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)

// Connections generates n connections of a VPCEP service, oldest first, one minute apart. Their
// statuses alternate; a failed one has an error, every third has a description.
func Connections(n int) []Entry {
	entries := make([]Entry, n)
	for i := range entries {
		created := generatedStart.Add(time.Duration(i) * time.Minute)
		entries[i] = Entry{
			"id":         fmt.Sprintf("c0000000-0000-4000-8000-%012x", i+1),
			"status":     connectionStatuses[i%len(connectionStatuses)],
			"marker_id":  16777216 + i,
			"domain_id":  fmt.Sprintf("d1000000%024x", i%5+1),
			"created_at": created.Format(time.RFC3339),
			"updated_at": created.Add(time.Duration(i%7) * time.Hour).Format(time.RFC3339),
		}
		if entries[i]["status"] == "failed" {
			entries[i]["error"] = []any{Entry{
				"error_code": "EndPoint.3001", "error_message": fmt.Sprintf("connection %d failed", i+1),
			}}
		}
		if i%3 == 0 {
			entries[i]["description"] = fmt.Sprintf("connection %d", i+1)
		}
	}
	return entries
}

// EnhancedConnections generates n enhanced connections of DLI, oldest first, one minute apart.
// Their tags are number=1 to number=n and parity=odd or parity=even.
func EnhancedConnections(n int) []Entry {
	entries := make([]Entry, n)
	for i := range entries {
		created := generatedStart.Add(time.Duration(i) * time.Minute).UnixMilli()
		entries[i] = Entry{
			"name": fmt.Sprintf("connection_%d", i+1),
			"id":   fmt.Sprintf("b0000000-0000-4000-8000-%012x", i+1),
			"available_queue_info": []any{Entry{
				"status":      "ACTIVE",
				"name":        fmt.Sprintf("queue_%d", i+1),
				"peer_id":     fmt.Sprintf("b1000000-0000-4000-8000-%012x", i+1),
				"err_msg":     "",
				"update_time": created + 1000,
			}},
			"dest_vpc_id":     fmt.Sprintf("b2000000-0000-4000-8000-%012x", i%3+1),
			"dest_network_id": fmt.Sprintf("b3000000-0000-4000-8000-%012x", i%7+1),
			"isPrivis":        i%2 == 0,
			"create_time":     created,
			"status":          "ACTIVE",
			"tags": []any{
				map[string]any{"key": "number", "value": strconv.Itoa(i + 1)},
				map[string]any{"key": "parity", "value": []string{"odd", "even"}[i%2]},
			},
		}
	}
	return entries
}

// Members generates n members of a VPC channel, for Entry.With("members", …).
func Members(n int) []Entry {
	entries := make([]Entry, n)
	for i := range entries {
		created := generatedStart.Add(time.Duration(i) * time.Second)
		address := fmt.Sprintf("10.%d.%d.%d", i>>16&0xff, i>>8&0xff, i&0xff)
		entries[i] = Entry{
			"host":              address,
			"weight":            i%100 + 1,
			"is_backup":         i%10 == 9,
			"member_group_name": "default",
			"status":            1 + i%2,
			"port":              8080,
			"ecs_id":            address,
			"ecs_name":          address,
			"id":                fmt.Sprintf("f0000000%024x", i+1),
			"vpc_channel_id":    ServerChannelID,
			"create_time":       created.Format(time.RFC3339),
			"member_group_id":   "f1000000000000000000000000000001",
			"health_status":     []string{"healthy", "unhealthy", "unknown"}[i%3],
		}
	}
	return entries
}
