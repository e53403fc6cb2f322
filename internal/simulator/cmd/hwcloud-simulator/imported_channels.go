package main

func (i *imported) addChannel(l lookup) error {
	path, err := i.addInstance(l)
	if err != nil {
		return err
	}
	if text(l.Values, "id") == "" {
		return errNotRead
	}
	channel, err := cleanChannel(without(l.Values,
		"region", "project_id", "timeouts", "instance_id", "instance_name", "vpc_channel_id", "omit_secrets"), l.Sensitive)
	if err != nil {
		return err
	}
	i.addList(path, l, []object{channel}, false)
	return nil
}

func (i *imported) addChannels(l lookup) error {
	path, err := i.addInstance(l)
	if err != nil {
		return err
	}
	found, ok := objects(l.Values, "vpc_channels")
	if !ok {
		return errNotRead
	}
	marks, _ := l.Sensitive.(object)
	channelMarks, _ := marks["vpc_channels"].([]any)
	for n, channel := range found {
		var mark any
		if n < len(channelMarks) {
			mark = channelMarks[n]
		}
		if found[n], err = cleanChannel(channel, mark); err != nil {
			return err
		}
	}
	i.addList(path, l, found, !l.isSet("name"))
	return nil
}

// addInstance records the name of the lookup's gateway, if the lookup has it. It returns the path
// of the gateway's files.
func (i *imported) addInstance(l lookup) (string, error) {
	id := text(l.Values, "instance_id")
	if id == "" {
		return "", errNotRead
	}
	if err := checkID("instance_id", id); err != nil {
		return "", err
	}
	path := "apig/" + l.projectID + "/" + id
	if name := text(l.Values, "instance_name"); name != "" {
		i.details[path] = object{"id": id, "instance_name": name}
	}
	return path, nil
}

// cleanChannel returns a channel without nulls and secrets.
func cleanChannel(channel object, sensitive any) (object, error) {
	id := text(channel, "id")
	if err := checkID("id", id); err != nil {
		return nil, err
	}
	cleaned, _ := clean(channel, sensitive).(object)
	cleaned["id"] = id
	inner := cleaned
	for _, name := range []string{"microservice_info", "nacos_info", "user_info"} {
		inner, _ = inner[name].(object)
	}
	// Before version 1.3, Terraform marks no attributes as sensitive.
	if password, ok := inner["password"]; ok {
		inner["password"] = placeholder(password)
	}
	return cleaned, nil
}
