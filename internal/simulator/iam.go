package simulator

import (
	"maps"
	"net/http"
)

// iamTime is the layout of times in IAM: UTC, with microseconds.
const iamTime = "2006-01-02T15:04:05.000000Z"

func iam() service {
	return service{
		routes: []route{
			{method: http.MethodPost, pattern: "/v3/auth/tokens", anonymous: true, handle: (*call).issueToken},
			{method: http.MethodGet, pattern: "/v3/auth/tokens", handle: (*call).showToken},
			{method: http.MethodPost, pattern: "/v3.0/OS-AUTH/id-token/tokens", anonymous: true, handle: (*call).issueFederatedToken},
			{method: http.MethodGet, pattern: "/v3/projects", handle: (*call).listProjects},
			{method: http.MethodGet, pattern: "/v3/auth/projects", handle: (*call).listUsableProjects},
			{method: http.MethodPost, pattern: "/v3.0/OS-CREDENTIAL/securitytokens", anonymous: true, handle: (*call).issueKey},
		},
		forbidden: func(*call) response { return iamForbidden() },
		invalid: func(_ *call, name string) response {
			return iamError(http.StatusBadRequest, "Request parameter "+name+" is invalid.")
		},
	}
}

func iamForbidden() response {
	return iamError(http.StatusForbidden, "You are not authorized to perform the requested action.")
}

func iamInvalidBody(detail string) response {
	return iamError(http.StatusBadRequest, "The request body is invalid"+detail)
}

// reference names a project or a domain by ID or by name.
type reference struct {
	ID     string     `json:"id"`
	Name   string     `json:"name"`
	Domain *reference `json:"domain"`
}

// scope names what a token is for.
type scope struct {
	Project *reference `json:"project"`
	Domain  *reference `json:"domain"`
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
	self := "https://iam." + c.Region + ".example.com" + c.Path
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
			"links":       Entry{"self": "https://iam." + c.Region + ".example.com/v3/projects/" + project.ID},
			"id":          project.ID,
			"enabled":     true,
		}
		maps.Copy(entry, project.Details)
		projects = append(projects, entry)
	}
	return object(http.StatusOK, Entry{"links": Entry{"self": self, "previous": nil, "next": nil}, "projects": projects})
}
