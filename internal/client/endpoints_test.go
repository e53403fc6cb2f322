package client

import (
	"errors"
	"testing"
)

func TestEndpoint(t *testing.T) {
	t.Parallel()
	ofDLI := func(address string) map[string]string { return map[string]string{DLI: address} }
	for name, test := range map[string]struct {
		config          Config
		service, region string
		want            string
	}{
		"default":              {Config{}, VPCEP, "cn-north-4", "https://vpcep.cn-north-4.myhuaweicloud.com"},
		"IAM":                  {Config{}, IAM, "r", "https://iam.r.myhuaweicloud.com"},
		"Europe":               {Config{}, DLI, "eu-west-101", "https://dli.eu-west-101.myhuaweicloud.eu"},
		"IAM in Europe":        {Config{}, IAM, "eu-west-1", "https://iam.eu-west-1.myhuaweicloud.eu"},
		"another Europe":       {Config{}, DLI, "eu-west-0", "https://dli.eu-west-0.myhuaweicloud.com"},
		"cloud":                {Config{Cloud: "c.example"}, DLI, "eu-west-101", "https://dli.eu-west-101.c.example"},
		"override":             {Config{Region: "r", Endpoints: ofDLI("https://x")}, DLI, "r", "https://x"},
		"another's override":   {Config{Region: "r", Endpoints: ofDLI("https://x")}, APIG, "r", "https://apig.r.myhuaweicloud.com"},
		"closing slash":        {Config{Region: "r", Endpoints: ofDLI("https://x/a/")}, DLI, "r", "https://x/a"},
		"region":               {Config{Endpoints: ofDLI("https://dli-{region}.x/{region}/")}, DLI, "r", "https://dli-r.x/r"},
		"version of a service": {Config{Region: "r", Endpoints: ofDLI("https://x/v3")}, DLI, "r", "https://x/v3"},
		"auth URL":             {Config{AuthURL: "https://x", Endpoints: map[string]string{IAM: "https://y"}}, IAM, "r", "https://x"},
		"auth URL's version":   {Config{Region: "r", AuthURL: "https://x/v3"}, IAM, "r", "https://x"},
		"auth URL's slashes":   {Config{Region: "r", AuthURL: "https://x/base/v3//"}, IAM, "r", "https://x/base"},
		"auth URL's region":    {Config{Region: "r", AuthURL: "https://{region}.x/v3"}, IAM, "other", "https://other.x"},
		"IAM override":         {Config{Region: "r", Endpoints: map[string]string{IAM: "https://y/v3/"}}, IAM, "r", "https://y"},
	} {
		test.config.Credentials = Token("t")
		c := newClient(t, test.config)
		if got, err := c.endpoint(test.service, test.region); got != test.want || err != nil {
			t.Errorf("%s: %s, %v, want %s", name, got, err, test.want)
		}
	}
}

// TestEndpointOfAnotherRegion refuses to read another region from an endpoint without {region}.
func TestEndpointOfAnotherRegion(t *testing.T) {
	t.Parallel()
	for _, service := range Services {
		for _, own := range []string{"home", ""} {
			c := newClient(t, Config{Region: own, Credentials: Token("t"), Endpoints: map[string]string{service: "https://fixed.example"}})
			_, err := c.endpoint(service, "other")
			want := EndpointError{Service: service, Endpoint: "https://fixed.example", Region: "other", OwnRegion: own}
			if wrong, ok := errors.AsType[*EndpointError](err); !ok || *wrong != want {
				t.Errorf("%v, want %v", err, &want)
			}
		}
	}
}
