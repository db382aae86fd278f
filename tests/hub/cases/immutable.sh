# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
CAUSES='{code, causes: .details.causes}'
MAPS=/api/v1/namespaces/$NS/configmaps
SECRETS=/api/v1/namespaces/$NS/secrets
it a ConfigMap that is said to stay as it is
made POST "$MAPS" "$(object v1 ConfigMap one '' '"data":{"a":"b"}')"
api -t merge -o '{data, immutable}' PATCH "$MAPS/one" \
	'{"data":{"a":"c"},"immutable":true}'
it "its contents do not change"
api -t merge PATCH "$MAPS/one" '{"data":{"a":"d"}}'
api -t merge -o "$CAUSES" PATCH "$MAPS/one" '{"binaryData":{"b":"Yg=="}}'
it nor does it become one that changes
api -t merge -o "$CAUSES" PATCH "$MAPS/one" '{"immutable":false}'
api -t merge -o "$CAUSES" PATCH "$MAPS/one" \
	'{"data":null,"immutable":null}'
it labels are something else
api -t merge -o .metadata.labels PATCH "$MAPS/one" \
	'{"metadata":{"labels":{"x":"y"}}}'
made DELETE "$MAPS/one"
it Secrets
made POST "$SECRETS" "$(object v1 Secret one '' \
	'"data":{"a":"Yg=="},"immutable":true')"
api -t merge -o "$CAUSES" PATCH "$SECRETS/one" '{"data":{"a":"Yw=="}}'
api -t merge -o "$CAUSES" PATCH "$SECRETS/one" '{"stringData":{"a":"b"}}'
api -t merge -o "$CAUSES" PATCH "$SECRETS/one" '{"immutable":null}'
made DELETE "$SECRETS/one"
it the type of a Secret
made POST "$SECRETS" "$(object v1 Secret one '' '"data":{"a":"Yg=="}')"
api -t merge -o "$CAUSES" PATCH "$SECRETS/one" '{"type":"other"}'
made DELETE "$SECRETS/one"
