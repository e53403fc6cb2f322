package simulator

import (
	"maps"
	"net/http"
)

// iamTime is the layout of times in IAM: UTC, with microseconds.
const iamTime = "2006-01-02T15:04:05.000000Z"

func iamInvalidBody(detail string) response {
	return iamError(http.StatusBadRequest, "The request body is invalid"+detail)
}

// reference names a project, a user or a domain by ID or by name.
type reference struct {
	ID     string     `json:"id"`
	Name   string     `json:"name"`
	Domain *reference `json:"domain"`
}

// names reports whether the reference names what has this ID and this name.
func (r reference) names(id, name string) bool {
	if r.ID != "" {
		return r.ID == id
	}
	return r.Name != "" && r.Name == name
}

// listProjects handles GET /v3/projects: the caller's projects, filtered by exact name.
func (c *call) listProjects() response {
	if c.data.IAM.ForbidProjectList {
		return iamError(http.StatusForbidden, "You are not authorized to perform the requested action: identity:list_projects.")
	}
	name, byName := c.Query["name"]
	return c.projects(func(p Project) bool { return !byName || p.Name == name[0] })
}

// listUsableProjects handles GET /v3/auth/projects, which has no filter.
func (c *call) listUsableProjects() response {
	return c.projects(func(Project) bool { return true })
}

// projects returns the projects of the caller's domain that match.
func (c *call) projects(match func(Project) bool) response {
	base := "https://iam." + c.Region + ".example.com"
	projects := []Entry{}
	for _, project := range c.data.IAM.Projects {
		if project.DomainID != c.caller.domainID || !match(project) {
			continue
		}
		entry := Entry{
			"domain_id":   project.DomainID,
			"is_domain":   false,
			"parent_id":   project.ParentID,
			"name":        project.Name,
			"description": "",
			"links":       Entry{"self": base + "/v3/projects/" + project.ID},
			"id":          project.ID,
			"enabled":     true,
		}
		maps.Copy(entry, project.Details)
		projects = append(projects, entry)
	}
	links := Entry{"self": base + c.Path, "previous": nil, "next": nil}
	return object(http.StatusOK, Entry{"links": links, "projects": projects})
}
