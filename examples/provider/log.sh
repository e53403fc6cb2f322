TF_LOG_PROVIDER=DEBUG TF_LOG_PATH=provider.log terraform plan
grep 'HTTP request' provider.log
