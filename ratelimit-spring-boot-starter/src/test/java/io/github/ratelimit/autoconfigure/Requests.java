package io.github.ratelimit.autoconfigure;

import io.github.ratelimit.expression.ExpressionRoot;
import io.github.ratelimit.expression.RequestFacts;
import java.util.Map;

/** Requests with an address and headers only. */
public final class Requests {

	private Requests() {
	}

	public static ExpressionRoot from(String address) {
		return from(address, Map.of());
	}

	public static ExpressionRoot from(String address, Map<String, String> headers) {
		return ExpressionRoot.of(new RequestFacts() {

			@Override
			public String ip() {
				return address;
			}

			@Override
			public String user() {
				return null;
			}

			@Override
			public String method() {
				return "GET";
			}

			@Override
			public String path() {
				return "/";
			}

			@Override
			public String header(String name) {
				return headers.get(name);
			}

			@Override
			public String cookie(String name) {
				return null;
			}

			@Override
			public String param(String name) {
				return null;
			}

			@Override
			public Object claim(String name) {
				return null;
			}

			@Override
			public boolean hasRole(String role) {
				return false;
			}

			@Override
			public boolean hasAuthority(String authority) {
				return false;
			}

			@Override
			public byte[] address() {
				return null;
			}

			@Override
			public Object attribute(String name) {
				return null;
			}

		}, new Object[0]);
	}

}
