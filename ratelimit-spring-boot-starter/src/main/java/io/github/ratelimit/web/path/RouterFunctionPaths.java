package io.github.ratelimit.web.path;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.Resource;
import org.springframework.http.HttpMethod;
import org.springframework.web.servlet.function.HandlerFunction;
import org.springframework.web.servlet.function.RequestPredicate;
import org.springframework.web.servlet.function.RequestPredicates;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerRequest;

/**
 * The path patterns of a router function. Not thread-safe.
 */
final class RouterFunctionPaths implements RouterFunctions.Visitor, RequestPredicates.Visitor {

	private final List<String> patterns = new ArrayList<>();

	/** The patterns of the routes around the current one, each with those around it. */
	private final Deque<List<String>> around = new ArrayDeque<>(List.of(List.of("")));

	/** The patterns of the current predicate. */
	private List<String> current = new ArrayList<>();

	/** In how many alternatives of a predicate the visitor is. */
	private int alternatives;

	private boolean complete = true;

	private RouterFunctionPaths() {
	}

	/**
	 * Returns the patterns of a function.
	 * @return the patterns, null if not all of them are known
	 */
	static @Nullable List<String> of(RouterFunction<?> function) {
		RouterFunctionPaths paths = new RouterFunctionPaths();
		function.accept(paths);
		return paths.complete ? paths.patterns : null;
	}

	private List<String> read(RequestPredicate predicate) {
		this.current = new ArrayList<>();
		predicate.accept(this);
		List<String> read = this.current.isEmpty() ? List.of("") : this.current;
		return this.around.getFirst()
			.stream()
			.flatMap((prefix) -> read.stream().map((pattern) -> prefix + pattern))
			.toList();
	}

	@Override
	public void startNested(RequestPredicate predicate) {
		this.around.push(read(predicate));
	}

	@Override
	public void endNested(RequestPredicate predicate) {
		this.around.pop();
	}

	@Override
	public void route(RequestPredicate predicate, HandlerFunction<?> handler) {
		for (String pattern : read(predicate)) {
			this.complete &= !pattern.isEmpty();
			this.patterns.add(pattern);
		}
	}

	@Override
	public void resources(Function<ServerRequest, Optional<Resource>> lookup) {
		this.complete = false;
	}

	@Override
	public void attributes(Map<String, Object> attributes) {
	}

	@Override
	public void unknown(RouterFunction<?> function) {
		this.complete = false;
	}

	@Override
	public void path(String pattern) {
		this.current.add(pattern);
	}

	@Override
	public void startOr() {
		this.alternatives++;
	}

	@Override
	public void or() {
	}

	@Override
	public void endOr() {
		this.alternatives--;
	}

	@Override
	public void startNegate() {
		this.complete = false;
	}

	@Override
	public void endNegate() {
	}

	/** It narrows a path down, but is a path of its own where it is an alternative. */
	@Override
	public void unknown(RequestPredicate predicate) {
		this.complete &= this.alternatives == 0;
	}

	@Override
	public void method(Set<HttpMethod> methods) {
	}

	@Override
	@Deprecated
	@SuppressWarnings("removal")
	public void pathExtension(String extension) {
	}

	@Override
	public void header(String name, String value) {
	}

	@Override
	public void param(String name, String value) {
	}

	@Override
	public void version(String version) {
	}

	@Override
	public void startAnd() {
	}

	@Override
	public void and() {
	}

	@Override
	public void endAnd() {
	}

}
