#!/bin/sh
# Visitors' browsers run on their own machines: here they must not take the processor from the app.
exec nice -n 19 chromium "$@"
