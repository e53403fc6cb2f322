package client

import (
	"cmp"
	"context"
	"errors"
	"net/http"
)

var (
	listProjects     = operation{OpListProjects, IAM, http.MethodGet, "/v3/projects"}
	listAuthProjects = operation{OpListAuthProjects, IAM, http.MethodGet, "/v3/auth/projects"}
)

// projectID returns the ID of the project of a region. It is found once for all readers.
func (c *Client) projectID(ctx context.Context, region string) (string, error) {
	scope := projectScope{region: region, name: region}
	if region == c.config.Region {
		scope.name = cmp.Or(c.config.ProjectName, region)
	}
	id, err := c.credentials.projectID(ctx, scope)
	if err != nil || id != "" {
		return id, err
	}
	found, err := c.projectOf(scope).get(ctx)
	if err != nil {
		return "", err
	}
	return *found, nil
}

// projectOf returns the cached ID of a project.
func (c *Client) projectOf(scope projectScope) *cached[*string] {
	c.mu.Lock()
	defer c.mu.Unlock()
	found, ok := c.projects[scope]
	if !ok {
		found = &cached[*string]{fetch: func(ctx context.Context) (*string, lifetime, error) {
			id, err := c.lookUpProject(ctx, scope)
			return &id, lifetime{}, err
		}}
		c.projects[scope] = found
	}
	return found
}

// lookUpProject finds the project with exactly this name. No project or several are a
// [NameMatchError]. If listing projects is forbidden, it lists those that the caller may use.
//
// GET /v3/projects and GET /v3/auth/projects, Identity and Access Management API reference,
// "Querying Project Information"
// (https://support.huaweicloud.com/intl/en-us/api-iam/iam_06_0001.html) and "Querying the List of
// Projects Accessible to Users"
// (https://support.huaweicloud.com/intl/en-us/api-iam/iam_06_0003.html).
func (c *Client) lookUpProject(ctx context.Context, scope projectScope) (string, error) {
	operation := listProjects
	found, err := c.listProjects(ctx, scope, operation, "name="+percentEncode(scope.name))
	// A 403 may also come from signing in.
	if e, ok := errors.AsType[*Error](err); ok && e.Operation == OpListProjects && e.Status == http.StatusForbidden && !isThrottling(e.Status, e.Code) {
		operation = listAuthProjects
		found, err = c.listProjects(ctx, scope, operation, "")
	}
	if err != nil {
		return "", err
	}
	return matchName(NameMatchError{Operation: operation.name, Kind: "projects", Name: scope.name}, found)
}

// listProjects returns the projects that a request lists.
func (c *Client) listProjects(ctx context.Context, scope projectScope, operation operation, query string) ([]NamedID, error) {
	resp, err := c.askIAM(ctx, iamRequest{
		operation: operation,
		purpose:   "looking up the project of region " + scope.region,
		region:    scope.region,
		query:     query,
		source:    c.credentials,
		scope:     scope,
	})
	if err != nil {
		return nil, err
	}
	type projects struct {
		Projects required[[]struct {
			ID   requiredID `json:"id"`
			Name *string    `json:"name"`
		}] `json:"projects"`
	}
	listed, err := decode[projects](resp)
	if err != nil {
		return nil, err
	}
	var found []NamedID
	for _, project := range listed.Projects.value {
		if project.Name != nil {
			found = append(found, NamedID{Name: *project.Name, ID: project.ID.value})
		}
	}
	return found, nil
}
