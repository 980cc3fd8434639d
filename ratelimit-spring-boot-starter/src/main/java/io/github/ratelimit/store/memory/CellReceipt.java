package io.github.ratelimit.store.memory;

import io.github.ratelimit.store.Receipt;

/**
 * The receipt of what a cell granted, with which it can be given back.
 */
interface CellReceipt extends Receipt {

	KeyCell cell();

}
