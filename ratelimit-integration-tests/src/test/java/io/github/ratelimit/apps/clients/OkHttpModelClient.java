package io.github.ratelimit.apps.clients;

import io.github.ratelimit.client.okhttp.RateLimitOkHttpInterceptor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.BufferedSource;

/** OkHttp, as an application without an SDK uses it. */
final class OkHttpModelClient implements ModelClient {

	private final OkHttpClient client;

	private final Setup setup;

	OkHttpModelClient(Setup setup) {
		this.setup = setup;
		this.client = new OkHttpClient.Builder().addInterceptor(new RateLimitOkHttpInterceptor(setup.limiters()))
			.callTimeout(setup.timeout())
			.retryOnConnectionFailure(false)
			.build();
	}

	private Call call(boolean streamed, int retry) {
		return this.client.newCall(new Request.Builder().url(this.setup.uri() + "/v1/chat/completions")
			.header("Authorization", "Bearer key")
			.header("X-Stainless-Retry-Count", String.valueOf(retry))
			.post(RequestBody.create("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"Say hello\"}],"
					+ "\"max_tokens\":100,\"stream\":" + streamed + "}", MediaType.get("application/json")))
			.build());
	}

	@Override
	public String ask() {
		try {
			for (int retry = 0;; retry++) {
				try (Response response = call(false, retry).execute()) {
					if (response.code() != 429 || retry == this.setup.maxRetries()
							|| "false".equals(response.header("x-should-retry"))) {
						return text(response);
					}
				}
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static String text(Response response) throws IOException {
		if (!response.isSuccessful()) {
			throw new StatusException(response.code(), response.header("Retry-After"), response.body().string());
		}
		return content(response.body().string());
	}

	private static String content(String json) {
		int start = json.indexOf("\"content\":\"") + "\"content\":\"".length();
		return json.substring(start, json.indexOf('"', start));
	}

	@Override
	public CompletableFuture<String> askAsync() {
		return enqueue(call(false, 0));
	}

	@Override
	public CompletableFuture<String> answer() {
		return askAsync();
	}

	private static CompletableFuture<String> enqueue(Call call) {
		CompletableFuture<String> answer = new CompletableFuture<>();
		call.enqueue(new Callback() {

			@Override
			public void onFailure(Call call, IOException failure) {
				answer.completeExceptionally(failure);
			}

			@Override
			public void onResponse(Call call, Response response) {
				try (response) {
					answer.complete(text(response));
				}
				catch (IOException | RuntimeException ex) {
					answer.completeExceptionally(ex);
				}
			}

		});
		answer.whenComplete((any, failure) -> {
			if (answer.isCancelled()) {
				call.cancel();
			}
		});
		return answer;
	}

	@Override
	public Pieces stream() {
		try {
			Response response = call(true, 0).execute();
			if (!response.isSuccessful()) {
				try (response) {
					text(response);
				}
			}
			BufferedSource source = response.body().source();
			return new Pieces() {

				@Override
				public String next() {
					try {
						for (String line = source.readUtf8Line(); line != null; line = source.readUtf8Line()) {
							if (line.contains("\"content\":")) {
								return content(line);
							}
						}
						return null;
					}
					catch (IOException ex) {
						throw new UncheckedIOException(ex);
					}
				}

				@Override
				public void close() {
					response.close();
				}

			};
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public CompletableFuture<String> send() {
		return enqueue(this.client.newCall(new Request.Builder().url(this.setup.uri().toString()).build()));
	}

	@Override
	public String retryAfter(Throwable failure) {
		return (failure instanceof StatusException status && status.status == 429) ? status.retryAfter : null;
	}

	@Override
	public void close() {
		this.client.dispatcher().executorService().shutdown();
		this.client.connectionPool().evictAll();
	}

	private static final class StatusException extends RuntimeException {

		private final int status;

		private final String retryAfter;

		private StatusException(int status, String retryAfter, String body) {
			super(body);
			this.status = status;
			this.retryAfter = retryAfter;
		}

	}

}
