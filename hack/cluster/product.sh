# shellcheck shell=bash
# What the product's image is built from. Tests are no part of it.
# shellcheck disable=SC2034 # for whoever sources this
product=(api cmd config controllers runtime go.mod go.sum Dockerfile)
