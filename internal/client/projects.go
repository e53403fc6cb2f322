package client

import (
	"cmp"
	"context"
	"net/http"
)

var (
	listProjects     = apiCall{operation: OpListProjects, service: IAM, method: http.MethodGet, path: "/v3/projects"}
	listAuthProjects = apiCall{operation: OpListAuthProjects, service: IAM, method: http.MethodGet, path: "/v3/auth/projects"}
)

// projectID returns the ID of the project of a region: the configured one, the one that signing in
// reveals, or the one with its name. It is found once for all readers.
func (c *Client) projectID(ctx context.Context, region string) (string, error) {
	project := projectScope{region: region, name: region}
	if region == c.config.Region {
		if c.config.ProjectID != "" {
			return c.config.ProjectID, nil
		}
		project.name = cmp.Or(c.config.ProjectName, region)
	}
	credential, err := c.credentials.get(ctx, project)
	if err != nil {
		return "", err
	}
	if credential.projectID != "" {
		return credential.projectID, nil
	}
	return c.projects.of(project).get(ctx)
}

// lookUpProject finds the project with exactly this name. No project or several are a
// [NameMatchError]. If listing projects is forbidden, it lists those that the caller may use.
//
// GET /v3/projects and GET /v3/auth/projects, Identity and Access Management API reference,
// "Querying Project Information"
// (https://support.huaweicloud.com/intl/en-us/api-iam/iam_06_0001.html) and "Querying the List of
// Projects Accessible to Users"
// (https://support.huaweicloud.com/intl/en-us/api-iam/iam_06_0003.html).
func (c *Client) lookUpProject(ctx context.Context, project projectScope) (string, lifetime, error) {
	byName := listProjects
	byName.path += "?name=" + percentEncode(project.name)
	found, err := c.readProjects(ctx, project, byName)
	if hasStatus(err, http.StatusForbidden) {
		found, err = c.readProjects(ctx, project, listAuthProjects)
	}
	if err != nil {
		return "", lifetime{}, err
	}
	id, err := matchName(NameMatchError{Operation: OpListProjects, Kind: "projects", Name: project.name}, found)
	return id, lifetime{}, err
}

// readProjects returns the projects that a call lists.
func (c *Client) readProjects(ctx context.Context, project projectScope, call apiCall) ([]NamedID, error) {
	resp, err := c.askIAM(ctx, project.region, nil, &request{
		call: call, purpose: "looking up the project of region " + project.region, source: c.credentials, project: project,
	})
	if err != nil {
		return nil, err
	}
	listed, err := decode[struct {
		Projects *[]struct {
			ID   string `json:"id"`
			Name string `json:"name"`
		} `json:"projects"`
	}](resp)
	if err != nil {
		return nil, err
	}
	if listed.Projects == nil {
		return nil, resp.missingField("projects")
	}
	var found []NamedID
	for _, entry := range *listed.Projects {
		found = append(found, NamedID{Name: entry.Name, ID: entry.ID})
	}
	return found, nil
}
