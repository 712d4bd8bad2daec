import { AppError } from '../errors.js'

/** @throws {AppError} `invalidParams` unless the slice [startIndex, endIndex) has an item and at most a page of them */
export function assertSlice({ startIndex, endIndex }: { startIndex: number; endIndex: number }, maxPageItems: number) {
  const path = '/endIndex'
  if (endIndex <= startIndex) throw new AppError('invalidParams', 'must be greater than startIndex', { path })
  assertPage(endIndex - startIndex, maxPageItems, path)
}

/** @throws {AppError} `invalidParams` unless the range [fromSeq, toSeq] has an item and at most a page of them */
export function assertRange({ fromSeq, toSeq }: { fromSeq: number; toSeq: number }, maxPageItems: number) {
  const path = '/toSeq'
  if (toSeq < fromSeq) throw new AppError('invalidParams', 'must not be less than fromSeq', { path })
  assertPage(toSeq - fromSeq + 1, maxPageItems, path)
}

/** @throws {AppError} `invalidParams` for more items than a page may have */
export function assertPage(items: number, maxPageItems: number, path: string) {
  if (items > maxPageItems) throw new AppError('invalidParams', `asks for more than ${maxPageItems} at once`, { path })
}
