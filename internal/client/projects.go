package client

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"time"
)

// projectsPath is where IAM lists the projects that the credentials may use.
const projectsPath = "/v3/projects"

// projectID is the ID of the project of a region, found once for all its readers.
func (c *Client) projectID(ctx context.Context, region string) (string, error) {
	name := region
	if region == c.config.Region {
		name = cmp.Or(c.config.ProjectName, region)
	}
	if c.account == nil {
		in, err := c.signIn(projectScope{region: region, name: name}).shared.get(ctx)
		if err != nil {
			return "", err
		}
		if in.projectID != "" {
			return in.projectID, nil
		}
		// Older editions of IAM may not tell the project; then it is looked up.
	}
	c.mu.Lock()
	found, ok := c.projects[region]
	if !ok {
		found = &shared[*string]{fetch: func(ctx context.Context) (*string, time.Time, error) {
			id, err := c.lookUpProject(ctx, region, name)
			return &id, time.Time{}, err
		}}
		c.projects[region] = found
	}
	c.mu.Unlock()
	id, err := found.get(ctx)
	if err != nil {
		return "", err
	}
	return *id, nil
}

// lookUpProject finds the project of exactly this name. None, or several, is a
// [NotOneError].
//
// GET /v3/projects, Identity and Access Management API reference, "Querying
// Project Information".
func (c *Client) lookUpProject(ctx context.Context, region, name string) (string, error) {
	asking := "looking up the project of region " + region
	from := c.account
	if from == nil {
		from = c.signIn(projectScope{region: region, name: name})
	}
	answered, err := c.askIAM(ctx, &request{method: http.MethodGet, source: from}, region, projectsPath+"?name="+percentEncode(name))
	if err != nil {
		return "", fmt.Errorf("%s: %w", asking, err)
	}
	type projects struct {
		Projects present[[]struct {
			ID   string `json:"id"`
			Name string `json:"name"`
		}] `json:"projects"`
	}
	listed, err := decode[projects](answered)
	if err != nil {
		return "", fmt.Errorf("%s: %w", asking, err)
	}
	if !listed.Projects.there {
		return "", fmt.Errorf("%s: %w", asking, answered.unexpected(errMissing("projects")))
	}
	none := &NotOneError{What: "projects", Name: name, Argument: "project_id", Instead: "project_id"}
	var ids []string
	for _, p := range listed.Projects.value {
		if p.Name == name {
			ids = append(ids, p.ID)
		} else {
			none.Others = append(none.Others, fmt.Sprintf("%s (%s)", p.Name, p.ID))
		}
	}
	if len(ids) != 1 || ids[0] == "" {
		none.Found = ids
		return "", none
	}
	return ids[0], nil
}
