package io.github.ratelimit.expression;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A request with the data of a test. */
public final class TestRequest implements RequestFacts {

	private final Map<String, Object> facts = new HashMap<>();

	public static TestRequest request() {
		return new TestRequest().with("ip", "192.0.2.1").with("method", "POST").with("path", "/v1/chat");
	}

	public static ExpressionRoot call(String what, @Nullable Object value) {
		return request().with(what, value).call();
	}

	/**
	 * Adds a fact, such as {@code user} or {@code header:X-API-Key}; null takes it out.
	 */
	public TestRequest with(String what, @Nullable Object value) {
		this.facts.put(what, value);
		return this;
	}

	public ExpressionRoot call() {
		return ExpressionRoot.of(this, new Object[0]);
	}

	private @Nullable String text(String what) {
		return (String) this.facts.get(what);
	}

	@Override
	public @Nullable String ip() {
		return text("ip");
	}

	@Override
	public @Nullable String user() {
		return text("user");
	}

	@Override
	public String method() {
		return text("method");
	}

	@Override
	public String path() {
		return text("path");
	}

	@Override
	public @Nullable String header(String name) {
		return text("header:" + name);
	}

	@Override
	public @Nullable String cookie(String name) {
		return text("cookie:" + name);
	}

	@Override
	public @Nullable String param(String name) {
		return text("param:" + name);
	}

	@Override
	public @Nullable Object claim(String name) {
		return this.facts.get("claim:" + name);
	}

	@Override
	public boolean hasRole(String role) {
		return this.facts.get("role:" + role) != null;
	}

	@Override
	public boolean hasAuthority(String authority) {
		return this.facts.get("authority:" + authority) != null;
	}

	@Override
	public byte @Nullable [] address() {
		return (byte[]) this.facts.get("address");
	}

	@Override
	public @Nullable Object attribute(String name) {
		return this.facts.get("attribute:" + name);
	}

}
